namespace ApiAmbassador.WireTests.Chaos;

/// <summary>What can go wrong, and what is done on purpose while it does.</summary>
internal enum Fault
{
    /// <summary>An instance ends: its connections are reset and its port refuses.</summary>
    Kill,

    /// <summary>An instance stands still, as after SIGSTOP: it accepts and says nothing; what came meanwhile is answered when it goes on.</summary>
    Stop,

    /// <summary>It answers correctly, after <see cref="ChaosInstance.Slowness"/>.</summary>
    Slow,

    /// <summary>It resets the connection instead of an answer.</summary>
    Reset,

    /// <summary>It resets the connection in the middle of the head.</summary>
    HalfHead,

    /// <summary>It resets the connection in the middle of the body.</summary>
    HalfBody,

    /// <summary>What it answers is not HTTP.</summary>
    Garbage,

    /// <summary>It answers 500, which is an application's answer and nobody's to repeat.</summary>
    Error500,

    /// <summary>It answers 503, which is tried again.</summary>
    Error503,

    /// <summary>The DNS server leaves an instance out, and takes it in again.</summary>
    Leave,

    /// <summary>The DNS server leaves all out, and takes them in again.</summary>
    LeaveAll,

    /// <summary>The DNS server says nothing.</summary>
    NamesSilent,

    /// <summary>The DNS server answers SERVFAIL.</summary>
    NamesDeclined,

    /// <summary>What the DNS server answers is no DNS.</summary>
    NamesGarbage,

    /// <summary>The DNS server is gone.</summary>
    NamesGone,

    /// <summary>The route file gets other weights and another policy.</summary>
    Reweigh,

    /// <summary>The route file loses an instance, and gets it again.</summary>
    Remove,

    /// <summary>The route file gets a mistake, and is mended.</summary>
    BadFile,

    /// <summary>The state directory's disk is full.</summary>
    DiskFull,

    /// <summary>The wall clock is days ahead, and then right again.</summary>
    ClockAhead,

    /// <summary>The wall clock is hours behind, and then right again.</summary>
    ClockBehind,

    /// <summary>Another process takes the ambassador's place, and the old one gets SIGTERM.</summary>
    Restart,

    /// <summary>The same, and the disk that the new one writes its log to is full.</summary>
    RestartWithoutLog,
}
