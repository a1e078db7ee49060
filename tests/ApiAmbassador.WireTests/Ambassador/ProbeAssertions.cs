namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Waits for what the admin listener says.</summary>
internal static class ProbeAssertions
{
    /// <summary>Waits until <c>/readyz</c> says this.</summary>
    public static Task ReadyzShouldSayAsync(this RunningAmbassador ambassador, string text) =>
        Eventually.SeesAsync(token => ProbeAsync(ambassador, "/readyz", token), probe => probe.Body.Contains(text, StringComparison.Ordinal));

    /// <summary>A probe's status and body.</summary>
    public static async Task<(int Status, string Body)> ProbeAsync(this RunningAmbassador ambassador, string path, CancellationToken cancellation = default)
    {
        using var response = await ambassador.Admin.GetAsync(path, cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }
}
