using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using ApiAmbassador.Admin;
using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Mvc;

namespace ApiAmbassador.Cli;

/// <summary>A client of a running ambassador's admin API. What goes wrong comes back as a sentence.</summary>
internal sealed class AdminClient : IDisposable
{
    /// <summary>The variable that may hold the token.</summary>
    public const string TokenVariable = "AMBASSADOR_ADMIN_TOKEN";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client;

    private AdminClient(Uri url, string? token)
    {
        // The address is the ambassador's own: no proxy between, and the token goes nowhere else. A certificate is made for the name
        // that callers use, so on this machine it is not asked for its name.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (url.IsLoopback)
        {
#pragma warning disable CA5359
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        _client = new HttpClient(handler) { BaseAddress = url, Timeout = Limit };
        _client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>A client, or why there can be none.</summary>
    public static (AdminClient? Client, string? Problem) Create(string? admin, string? configDirectory, string? tokenFile)
    {
        var (url, options, problem) = AdminAddress.Find(admin, configDirectory);
        if (url is null)
        {
            return (null, problem);
        }

        var variable = Environment.GetEnvironmentVariable(TokenVariable);
        var (token, tokenProblem) = AdminTokenRule.Read(
            tokenFile is not null ? new AdminOptions { TokenFile = tokenFile }
            : string.IsNullOrEmpty(variable) ? options ?? new AdminOptions()
            : new AdminOptions { Token = variable });
        return tokenProblem is null ? (new AdminClient(url, token), null) : (null, $"The token: {tokenProblem}.");
    }

    /// <summary>Reads.</summary>
    public Task<(T? Answer, string? Problem)> GetAsync<T>(string path, CancellationToken cancellation)
        where T : class => SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    /// <summary>Changes something.</summary>
    public Task<(T? Answer, string? Problem)> PostAsync<T>(string path, object body, CancellationToken cancellation)
        where T : class => SendAsync<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<(T? Answer, string? Problem)> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
        where T : class
    {
        using var sent = request;
        var asked = SafeText.Address($"{_client.BaseAddress}");
        try
        {
            using var response = await _client.SendAsync(request, cancellation);
            if (response.IsSuccessStatusCode)
            {
                return (await response.Content.ReadFromJsonAsync<T>(AdminJson.Options, cancellation) ?? throw new JsonException(), null);
            }

            var detail = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? (await response.Content.ReadFromJsonAsync<ProblemDetails>(cancellation))?.Detail
                : null;
            detail ??= $"status {(int)response.StatusCode}";
            return (null, $"{asked} refuses: {detail}{(detail.EndsWith('?') ? "" : ".")}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return (null, $"{asked} cannot be asked: {Reason(e)}. Is the ambassador running, and its admin listener there?");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"{asked} has not answered within {Limit.TotalSeconds:0} s.");
        }
    }

    private static string Reason(Exception failure) => failure.GetBaseException() switch
    {
        SocketException socket => new SocketException(socket.ErrorCode).Message,
        JsonException => "what answers there is no ambassador",
        var other => other.Message.TrimEnd('.'),
    };
}
