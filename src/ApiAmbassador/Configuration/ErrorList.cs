namespace ApiAmbassador.Configuration;

/// <summary>Collects errors and finds the place of each in what was written.</summary>
internal sealed class ErrorList(ConfigNode root)
{
    private readonly List<ConfigError> _errors = [];

    /// <summary>What was collected.</summary>
    public IReadOnlyList<ConfigError> Errors => _errors;

    /// <summary>Adds an error at a setting; where it was not written, at the nearest thing above it that was.</summary>
    public void Add(string message, params ReadOnlySpan<string> path) => _errors.Add(new ConfigError(root.PlaceOf(path), string.Join(':', path), message));
}
