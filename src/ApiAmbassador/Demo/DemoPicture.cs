namespace ApiAmbassador.Demo;

/// <summary>What the demo shows at one moment.</summary>
/// <param name="Api">The ambassador's address.</param>
/// <param name="Page">Where the ambassador's page is.</param>
/// <param name="CanaryPercent">The canary's share in the route file.</param>
/// <param name="Scores">What the client saw.</param>
/// <param name="Instances">The instances in the order shown.</param>
/// <param name="News">The last things that happened, the newest last.</param>
internal sealed record DemoPicture(Uri Api, Uri Page, int CanaryPercent, Scores Scores, IReadOnlyList<InstancePicture> Instances, IReadOnlyList<DemoNews> News);

/// <summary>One instance at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version it runs.</param>
/// <param name="IsUsable">Whether the ambassador sends it requests.</param>
/// <param name="Health">How it is in truth.</param>
/// <param name="Score">What came from it; null if nothing did.</param>
internal sealed record InstancePicture(string Name, string Version, bool IsUsable, SampleHealth Health, Score? Score)
{
    /// <summary>Its state as the ambassador sees it, in one word.</summary>
    public string State => (IsUsable, Health) switch
    {
        (true, SampleHealth.Well) => "serving",
        (true, _) => "failing",
        (false, SampleHealth.Well) => "recovering",
        _ => "left out",
    };
}

/// <summary>Something that happened.</summary>
/// <param name="At">When, since the beginning.</param>
/// <param name="Text">What.</param>
internal sealed record DemoNews(TimeSpan At, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At:mm\\:ss}  {Text}";
}
