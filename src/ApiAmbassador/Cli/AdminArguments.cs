using System.CommandLine;

namespace ApiAmbassador.Cli;

/// <summary>What all commands take that talk to a running ambassador.</summary>
internal sealed class AdminArguments(Option<string?> config)
{
    private readonly Option<string?> _admin = new("--admin") { Description = "The admin listener (default: as configured)", HelpName = "URL" };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"Has the token (else {AdminClient.TokenVariable} or configured)", HelpName = "FILE",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_admin);
        command.Options.Add(_tokenFile);
        command.Options.Add(config);
    }

    /// <summary>Does something with a client, and says in one sentence what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ParseResult result, Func<AdminClient, Task<string?>> work)
    {
        var (client, problem) = AdminClient.Create(result.GetValue(_admin), result.GetValue(config), result.GetValue(_tokenFile));
        using (client)
        {
            problem = client is null ? problem : await work(client);
        }

        if (problem is not null)
        {
            await Console.Error.WriteLineAsync(problem);
        }

        return problem is null ? 0 : 1;
    }
}
