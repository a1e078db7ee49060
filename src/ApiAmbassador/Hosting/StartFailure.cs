using System.Net.Sockets;
using System.Text.RegularExpressions;
using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Connections;

namespace ApiAmbassador.Hosting;

/// <summary>Puts into one sentence why a listener could not start.</summary>
internal static partial class StartFailure
{
    /// <summary>The sentence, or null for what is no fault of a configuration: that is a defect of ours and keeps its stack trace.</summary>
    public static ConfigError? Explain(Exception failure) =>
        Sentence(failure) is { } sentence ? new ConfigError(Place: null, "", sentence) : null;

    private static string? Sentence(Exception failure) => failure switch
    {
        IOException { InnerException: AddressInUseException } inUse =>
            $"{inUse.Message.TrimEnd('.', ' ')}. Stop what listens there, or set Ambassador:Listen or Ambassador:Admin:Listen to another port.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "This user may not listen on a port that low. Use one above 1023, or allow it: sysctl net.ipv4.ip_unprivileged_port_start=0",
        SocketException socket => $"A listener could not start: {socket.Message}. Is the address one of this machine's?",
        InvalidOperationException { Message: var message } when message.Contains("certificate", StringComparison.OrdinalIgnoreCase) =>
            "An endpoint of Kestrel:Endpoints has no certificate: set its Certificate or Kestrel:Certificates:Default (Path and Password, or Path and KeyPath).",
        InvalidOperationException { InnerException: FormatException or ArgumentException or OverflowException } conversion
            when SettingPath().Match(conversion.Message) is { Success: true } setting =>
            // The framework's sections are read by the framework; its message holds the value, which may be a secret.
            $"The setting {setting.Groups["path"].Value} has a value that the framework cannot read.",
        InvalidOperationException { TargetSite.DeclaringType.Name: "LoggerFilterConfigureOptions" } =>
            "A level under Logging:LogLevel is unknown; it takes Trace, Debug, Information, Warning, Error, Critical or None.",
        IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException => $"A listener could not start: {failure.Message}",
        _ => null,
    };

    [GeneratedRegex("at '(?<path>[A-Za-z0-9:_.-]+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SettingPath();
}
