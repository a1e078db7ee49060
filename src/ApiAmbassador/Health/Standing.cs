namespace ApiAmbassador.Health;

/// <summary>How a destination stands with us, apart from what probes say: left out for its bad record, or just come and still warming up.</summary>
/// <param name="address">Where it was when this was learned: the same name at another address is another destination.</param>
internal sealed class Standing(string address)
{
    private volatile Ejection? _ejection;
    private long _warmsSince;

    /// <summary>Its address.</summary>
    public string Address => address;

    /// <summary>Why and until when it is left out; null while it is not.</summary>
    public Ejection? Ejection
    {
        get => _ejection;
        set => _ejection = value;
    }

    /// <summary>How often it was left out lately, and since when it is back, as a timestamp. Written under the cluster's lock.</summary>
    public (int Count, long BackSince) Times { get; set; }

    /// <summary>Whether it was among those that may be asked when that was last looked at.</summary>
    public bool IsIn { get; set; }

    /// <summary>When it came or came back, as a timestamp; 0 once it is warm.</summary>
    public long WarmsSince
    {
        get => Volatile.Read(ref _warmsSince);
        set => Volatile.Write(ref _warmsSince, value);
    }
}

/// <summary>A destination is left out for its bad record.</summary>
/// <param name="Until">When that ends by itself, as time of day.</param>
/// <param name="Cause">Why.</param>
/// <param name="Since">When it began, as a timestamp.</param>
internal sealed record Ejection(DateTimeOffset Until, string Cause, long Since)
{
    /// <summary>Good probes in a row since.</summary>
    public int GoodProbes { get; set; }
}
