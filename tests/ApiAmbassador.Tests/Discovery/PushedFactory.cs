using System.Collections.Concurrent;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

/// <summary>Makes sources into which the test pushes, and remembers them by what they are asked for.</summary>
internal sealed class PushedFactory : ISourceFactory
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<PushedSource>> _made = new();

    /// <summary>The last that was made for a path or name.</summary>
    public PushedSource this[string asked] => _made[asked].Last();

    /// <summary>How many were made for a path or name.</summary>
    public int Made(string asked) => _made.TryGetValue(asked, out var made) ? made.Count : 0;

    /// <summary>All that are still followed.</summary>
    public IEnumerable<PushedSource> Running => _made.Values.SelectMany(made => made).Where(source => !source.Stopped.Task.IsCompleted);

    public IDestinationSource Create(SourceOptions options) => Make(options.Shown);

    public IDestinationSource CreateName(string name, string? server, AddressFamilyOption family, TimeSpan refresh) => Make(name);

    private PushedSource Make(string asked)
    {
        var source = new PushedSource();
        _made.GetOrAdd(asked, _ => new()).Enqueue(source);
        return source;
    }
}
