namespace ApiAmbassador.WireTests.Clients;

/// <summary>What tests ask of an answer.</summary>
internal static class ResponseExtensions
{
    /// <summary>The status as a number.</summary>
    public static int Status(this HttpResponseMessage response) => (int)response.StatusCode;

    /// <summary>A header's values joined by <c>", "</c>, or null.</summary>
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? string.Join(", ", values) : null;

    /// <summary>A trailer's values joined by <c>", "</c>, or null.</summary>
    public static string? Trailer(this HttpResponseMessage response, string name) =>
        response.TrailingHeaders.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>The body as text.</summary>
    public static Task<string> TextAsync(this HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
