using System.Collections.Concurrent;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>
/// The product's own sources, with exceptions: a file of a name that was given here is what the test pushes, and names are asked of a server of the test's,
/// because tests cannot set up the system's.
/// </summary>
internal sealed class TestFactory : ISourceFactory
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<PushedSource>> _pushed = new();
    private readonly ConcurrentQueue<string> _created = new();
    private SourceFactory? _product;

    /// <summary>Who knows the addresses of names.</summary>
    public string? Server { get; init; }

    /// <summary>What was made, in order, as <c>kind name</c>.</summary>
    public IReadOnlyList<string> Created => [.. _created];

    /// <summary>Puts it in the place of the product's.</summary>
    public void Replace(IServiceCollection services) => services.AddSingleton<ISourceFactory>(provider =>
    {
        _product = ActivatorUtilities.CreateInstance<SourceFactory>(provider, Directory.GetCurrentDirectory());
        return this;
    });

    /// <summary>What a <c>File</c> source with this path is from now on, one for each time that it is made.</summary>
    public PushedSource Push(string path)
    {
        var source = new PushedSource();
        _pushed.GetOrAdd(path, _ => new()).Enqueue(source);
        return source;
    }

    public IDestinationSource Create(SourceOptions options)
    {
        _created.Enqueue($"{options.Kind} {options.Shown}");
        return options is FileDiscoveryOptions { Path: { } path } && _pushed.TryGetValue(path, out var pushed) && pushed.TryDequeue(out var source)
            ? source
            : _product!.Create(options);
    }

    public IDestinationSource CreateName(string name, string? server, AddressFamilyOption family, TimeSpan refresh)
    {
        _created.Enqueue($"name {name}");
        return _product!.CreateName(name, server ?? Server, family, server is null ? TimeSpan.FromMilliseconds(100) : refresh);
    }
}
