namespace ApiAmbassador.WireTests.Chaos;

/// <summary>How a request ended for its client.</summary>
internal enum Outcome
{
    /// <summary>The right answer to this request, whole.</summary>
    Good,

    /// <summary>The ambassador said that it could not serve, and why.</summary>
    Problem,

    /// <summary>An instance's own error, passed on.</summary>
    InstanceError,

    /// <summary>The answer began, and its connection was reset before it was whole.</summary>
    Cut,

    /// <summary>Not a word came.</summary>
    Lost,

    /// <summary>Something else than it should have been.</summary>
    Wrong,
}
