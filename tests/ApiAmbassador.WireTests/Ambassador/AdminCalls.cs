using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ApiAmbassador.WireTests.Clients;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>How tests talk to the admin API.</summary>
internal static class AdminCalls
{
    /// <summary>Sends a change; headers are lines as <c>Name: value</c>.</summary>
    public static async Task<HttpResponseMessage> PostAsync(
        this HttpClient client, string path, string body = "{}", string? contentType = "application/json", params string[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        foreach (var line in headers)
        {
            var colon = line.IndexOf(':');
            request.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends an operator's word on a destination that must be taken, and gives the answer.</summary>
    public static async Task<JsonNode> SayAsync(this RunningAmbassador ambassador, string target, string verb, string body = "{}")
    {
        using var response = await ambassador.Admin.PostAsync(PathOf(target, verb), body);
        var text = await response.TextAsync();
        response.Status().ShouldBe(200, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The path of a verb on <c>cluster/destination</c>.</summary>
    public static string PathOf(string target, string verb)
    {
        var ids = target.Split('/', 2);
        return $"/api/clusters/{ids[0]}/destinations/{Uri.EscapeDataString(ids[1])}/{verb}";
    }

    /// <summary>Reads JSON.</summary>
    public static async Task<JsonNode> ReadAsync(this RunningAmbassador ambassador, string path) =>
        JsonNode.Parse(await ambassador.Admin.GetStringAsync(path, TestContext.Current.CancellationToken))!;

    /// <summary>One destination of the status.</summary>
    public static async Task<JsonNode> DestinationAsync(this RunningAmbassador ambassador, string cluster, string destination) =>
        (await ambassador.ReadAsync("/api/status"))["clusters"]!.AsArray().Single(item => (string?)item!["id"] == cluster)!["destinations"]!
            .AsArray().Single(item => (string?)item!["id"] == destination)!;
}
