using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Admin;

/// <summary>
/// The page at <c>/</c>: the files of <c>wwwroot</c>, which are in the program itself. A browser asks each time whether it still has the right ones,
/// and is told by a hash of their content, so that page and program are always of one version.
/// </summary>
internal static class Page
{
    private const string Root = "wwwroot/", Index = "index.html";

    /// <summary>Nothing but our own files, nothing written into the page as markup, and nobody around it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
    };

    /// <summary>Maps it. What is no file of it is not found, as everything else that is not there.</summary>
    public static void MapPage(this WebApplication app)
    {
        var page = app.MapGroup("/").DisableHttpMetrics().ExcludeFromDescription();
        foreach (var name in typeof(Page).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal)))
        {
            var file = new Lazy<PageFile>(() => Read(name)); // Hashed and compressed when somebody looks, not at the start.
            var path = name[Root.Length..];
            page.MapMethods(path == Index ? "/" : path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => Answer(context, file.Value));
        }
    }

    private static FileContentHttpResult Answer(HttpContext context, PageFile file)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.Vary = HeaderNames.AcceptEncoding;
        var isCompressed = context.Request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding is { Value.Value: "gzip", Quality: null or > 0 });
        if (isCompressed)
        {
            headers.ContentEncoding = "gzip";
        }

        return TypedResults.Bytes(
            isCompressed ? file.Compressed : file.Content, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Hash}{(isCompressed ? "-gzip" : "")}\""));
    }

    private static PageFile Read(string name)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(content.ToArray());
        }

        return new PageFile(
            content.ToArray(), compressed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(content.ToArray())[..8]), ContentTypes[Path.GetExtension(name)]);
    }

    private sealed record PageFile(byte[] Content, byte[] Compressed, string Hash, string ContentType);
}
