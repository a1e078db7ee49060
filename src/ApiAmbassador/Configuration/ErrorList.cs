namespace ApiAmbassador.Configuration;

/// <summary>Collects errors and finds the place of each in what was written.</summary>
internal sealed class ErrorList(ConfigNode root)
{
    private readonly List<ConfigError> _errors = [];

    /// <summary>What was collected.</summary>
    public IReadOnlyList<ConfigError> Errors => _errors;

    /// <summary>Adds an error at a setting; where it was not written, at the nearest thing above it that was.</summary>
    public void Add(string message, params ReadOnlySpan<string> path) => _errors.Add(new ConfigError(root.PlaceOf(path), string.Join(':', path), message));

    /// <summary>Whether a setting was written, and not as null. A section that is written and empty reads as one that is not there.</summary>
    public bool IsWritten(params string[] path) => root.Find(path) is { IsNull: false };

    /// <summary>Adds an error where a value is out of its range; NaN is out of every range. Returns whether the value is good.</summary>
    /// <param name="value">What was written.</param>
    /// <param name="min">The lowest good value.</param>
    /// <param name="max">The highest good value.</param>
    /// <param name="path">The setting.</param>
    /// <param name="range">The range in words, where its ends do not speak for themselves.</param>
    public bool CheckRange<T>(T value, T min, T max, ReadOnlySpan<string> path, string? range = null)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0)
        {
            return true; // NaN compares as less than any number.
        }

        Add($"{value} is out of range: {range ?? $"{min} to {max}"}", path);
        return false;
    }
}
