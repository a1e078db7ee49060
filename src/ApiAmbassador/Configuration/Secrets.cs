using System.Text.RegularExpressions;

namespace ApiAmbassador.Configuration;

/// <summary>
/// What of a configuration is never shown: the one rule for everything that prints settings or errors. It goes by names and errs
/// on the side of hiding: a harmless value that is hidden costs a look into the file, a secret that is shown costs more.
/// </summary>
internal static partial class Secrets
{
    /// <summary>Stands in a secret's place.</summary>
    public const string Redacted = "(redacted)";

    private static readonly string[] SecretWords =
        ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "privatekey", "authorization", "cookie"];

    /// <summary>A key, as in X-Api-Key, Ocp-Apim-Subscription-Key or IssuerSigningKey; short forms; OTEL_EXPORTER_OTLP_HEADERS.</summary>
    private static readonly string[] SecretEndings = ["key", "pwd", "auth", "signature", "sig", "_headers"];

    /// <summary>What speaks about a secret without holding it: where it lies, what it is called, who may have it.</summary>
    private static readonly string[] HarmlessEndings = ["file", "path", "name", "policy", "url", "uri", "endpoint", "type"];

    /// <summary>Keys that hold what a sibling names: the value a transform sets in a header, the values a route matches.</summary>
    private static readonly string[] NamedBySibling = ["Set", "Append", "Value", "Values"];

    /// <summary>A setting's text as it may be shown.</summary>
    /// <param name="path">Its path; numbers of list items in it do not count.</param>
    /// <param name="parent">What stands beside it, because a transform's header names what its value is; null where nothing does.</param>
    /// <param name="text">The value.</param>
    public static string Shown(string path, ConfigNode? parent, string text)
    {
        var keys = path.Split(':').Where(key => !int.TryParse(key, out _)).ToArray();
        var last = keys.Length > 0 ? keys[^1] : "";
        var isSecret = text.Length > 0
            && (IsSecretName(last)
                || (last.Equals("Value", StringComparison.OrdinalIgnoreCase) && keys.Length > 1 && IsSecretName(keys[^2].TrimEnd('s', 'S')))
                || (parent is not null && NamedBySibling.Contains(last, StringComparer.OrdinalIgnoreCase) && parent.Children.Values.Any(IsSecretName))
                || text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase));
        return isSecret ? Redacted : WithoutParameters(UserInfo().Replace(text, Redacted));
    }

    /// <summary>A sentence that may quote what somebody wrote: all that stands before an @ in a word goes, and what follows a telling name.</summary>
    public static string InSentence(string sentence) =>
        WithoutParameters(BeforeAt().Replace(sentence, Redacted));

    /// <summary>Whether a setting, a header or a parameter of this name holds a secret.</summary>
    public static bool IsSecretName(string name) =>
        !HarmlessEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        && (SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
            || SecretEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || name.Contains("api-key", StringComparison.OrdinalIgnoreCase));

    private static string WithoutParameters(string text) =>
        Parameter().Replace(text, match => IsSecretName(match.Groups["name"].Value) ? $"{match.Groups["name"].Value}={Redacted}" : match.Value);

    private static bool IsSecretName(ConfigNode node) => node.Value is { } name && IsSecretName(name);

    /// <summary>User and password of a URL, with or without its scheme.</summary>
    [GeneratedRegex(@"(?<=://)[^\s'""/?#]+(?=@)|[^\s'""/:]+:[^\s'""/]+(?=@)", RegexOptions.None, 1000)]
    private static partial Regex UserInfo();

    /// <summary>The same, and what is left of it where a mistake has torn the URL apart.</summary>
    [GeneratedRegex(@"(?<=://)[^\s'""]+(?=@)|[^\s'""]+(?=@)", RegexOptions.None, 1000)]
    private static partial Regex BeforeAt();

    /// <summary>A query parameter and its value.</summary>
    [GeneratedRegex(@"(?<name>[\w.-]+)=(?<value>[^&;\s'""]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
