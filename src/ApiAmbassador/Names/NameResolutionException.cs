namespace ApiAmbassador.Names;

/// <summary>A name could not be asked for; its message is one sentence for the operator.</summary>
internal sealed class NameResolutionException(string message, Exception? inner = null) : Exception(message, inner);
