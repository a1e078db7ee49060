using System.Net;

namespace ApiAmbassador.Names;

/// <summary>Finds out about a name from the DNS servers there are: through its search list, server after server, alias after alias.</summary>
/// <param name="settings">Whom to ask and how; taken anew for each question.</param>
/// <param name="exchange">Asks one server.</param>
internal sealed class DnsLookup(Func<ResolverSettings> settings, DnsExchange exchange)
{
    /// <summary>How often an alias that its own answer does not explain is asked for.</summary>
    private const int AliasesMax = 8;

    /// <summary>Asks for records of some types at once: the answers are of one whole name, the first that has any record.</summary>
    /// <param name="name">A name; see <see cref="SearchList"/>.</param>
    /// <param name="types">The types.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>An answer for each type.</returns>
    /// <exception cref="NameResolutionException">It is not a name, or the settings cannot be read.</exception>
    public async Task<IReadOnlyList<DnsAnswer>> AskAsync(string name, IReadOnlyList<DnsType> types, CancellationToken cancellation)
    {
        var asking = settings();
        IReadOnlyList<DnsAnswer>? declined = null;
        IReadOnlyList<DnsAnswer> answers = [.. types.Select(_ => DnsAnswer.None)];
        foreach (var whole in SearchList.Of(name, asking))
        {
            answers = await Task.WhenAll(types.Select(type => FollowAsync(asking, new DnsQuestion(whole, type), cancellation)));
            if (answers.Any(answer => answer.Records.Count > 0 || answer is { Problem: not null, Code: null }))
            {
                // Found; or nobody answered, and then the next domain is as silent, or worse: has another service of that name.
                return answers;
            }

            // A server may decline one domain of the list for ever, and the name be in the next one.
            declined ??= answers.Any(answer => answer.Problem is not null) ? answers : null;
        }

        return declined ?? answers;
    }

    private async Task<DnsAnswer> FollowAsync(ResolverSettings asking, DnsQuestion question, CancellationToken cancellation)
    {
        for (var i = 0; i <= AliasesMax; i++)
        {
            var answer = await AskServersAsync(asking, question, cancellation);
            if (answer.Problem is not null)
            {
                return answer;
            }

            IReadOnlyList<DnsRecord> found;
            string end;
            try
            {
                found = AliasChain.Follow(answer.Records, question, out end);
            }
            catch (DnsFormatException e)
            {
                return DnsAnswer.Failed($"The answer for {question.Name} makes no sense: {e.Message}");
            }

            if (found.Count > 0 || end == question.Name || end.Length == 0)
            {
                return DnsAnswer.Of(found);
            }

            question = question with { Name = end };
        }

        return DnsAnswer.Failed($"The aliases of {question.Name} go on for too long");
    }

    /// <summary>The first answer there is. That a name does not exist is one; that a server cannot or will not say is none, and the next one is asked.</summary>
    private async Task<DnsAnswer> AskServersAsync(ResolverSettings asking, DnsQuestion question, CancellationToken cancellation)
    {
        var problem = DnsAnswer.None;
        for (var i = 0; i < asking.Attempts; i++)
        {
            foreach (var server in asking.Servers)
            {
                try
                {
                    var response = await exchange.AskAsync(server, question, asking.Timeout, cancellation);
                    switch (response.Code)
                    {
                        case DnsCode.NoError:
                            return DnsAnswer.Of(response.Records);
                        case DnsCode.NxDomain:
                            return DnsAnswer.None;
                        default:
                            problem = DnsAnswer.Failed(Declined(server, response.Code, question), response.Code);
                            break;
                    }
                }
                catch (NameResolutionException e)
                {
                    problem = DnsAnswer.Failed(e.Message);
                }
            }
        }

        return problem;
    }

    private static string Declined(IPEndPoint server, DnsCode code, DnsQuestion question) =>
        $"{server} answered {(Enum.IsDefined(code) ? code.ToString().ToUpperInvariant() : $"code {(int)code}")} for {question.Name}";
}
