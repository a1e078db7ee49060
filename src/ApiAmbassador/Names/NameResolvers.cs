using System.Net;

namespace ApiAmbassador.Names;

/// <summary>Who resolves names for a <c>Server</c> setting. One for the whole process, so that <see cref="SystemNames"/>' bound is one.</summary>
/// <param name="time">The clock.</param>
/// <param name="systemSettings">The system's DNS settings; read anew for each question, as they change.</param>
internal sealed class NameResolvers(TimeProvider time, Func<ResolverSettings> systemSettings)
{
    private readonly SystemNames _system = new();
    private readonly DnsExchange _exchange = new(time);

    /// <summary>With <c>/etc/resolv.conf</c>.</summary>
    public NameResolvers(TimeProvider time)
        : this(time, () => ResolvConf.Read(ResolvConf.DefaultPath))
    {
    }

    /// <summary>For addresses: without a server the system's own way, its hosts file included.</summary>
    /// <param name="server">As <see cref="DnsServerAddress"/> reads it, or null.</param>
    /// <exception cref="FormatException">It is no such address; validation has said so before.</exception>
    public INameResolver Names(string? server) => server is null ? _system : new ServerNames(Lookup(server));

    /// <summary>For records: without a server the system's servers.</summary>
    /// <inheritdoc cref="Names"/>
    public DnsLookup Lookup(string? server)
    {
        if (server is null)
        {
            return new DnsLookup(systemSettings, _exchange);
        }

        var settings = ResolverSettings.For(Parse(server));
        return new DnsLookup(() => settings, _exchange);
    }

    private static IPEndPoint Parse(string server) =>
        DnsServerAddress.TryParse(server, out var address) ? address : throw new FormatException(DnsServerAddress.Problem(server));
}
