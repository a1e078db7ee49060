namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Callers of one case.</summary>
internal interface ILoad
{
    /// <summary>Starts callers that ask as soon as they are answered.</summary>
    LoadProcess Start(Uri target, int seconds);

    /// <summary>Starts callers that ask so many times a second, whatever the answers do.</summary>
    LoadProcess StartAtRate(Uri target, int rate, int seconds);
}
