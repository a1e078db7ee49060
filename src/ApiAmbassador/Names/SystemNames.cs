using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Names;

/// <summary>
/// Resolves names the system's way: hosts file, DNS and whatever else is set up. That way is getaddrinfo, which blocks for as long as it likes
/// (tens of seconds where servers are down); on the thread pool a few dead names would take the threads that requests need. So each question
/// has a thread of its own, and there are at most <see cref="ThreadsMax"/>.
/// </summary>
/// <param name="lookup">Asks and blocks.</param>
internal sealed class SystemNames(Func<string, AddressFamily, IPAddress[]> lookup) : INameResolver
{
    /// <summary>Questions at once; more of them wait.</summary>
    public const int ThreadsMax = 16;

    private readonly Lock _lock = new();
    private readonly Queue<Question> _waiting = new();
    private readonly Dictionary<(string Name, AddressFamily Family), Question> _open = [];
    private int _threads;

    /// <summary>Asks the system.</summary>
    public SystemNames()
        : this(Dns.GetHostAddresses)
    {
    }

    /// <inheritdoc/>
    /// <remarks>Who asks what is being asked shares its answer: a name that takes long takes one thread, however often it is asked for.</remarks>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, AddressFamily family, CancellationToken cancellation)
    {
        if (!DnsName.TryNormalise(name, out _) && !IPAddress.TryParse(name, out _))
        {
            // The system takes an empty name for this machine's own.
            throw new NameResolutionException($"'{name}' is not a host name");
        }

        return await Ask(name, family).WaitAsync(cancellation);
    }

    private Task<IReadOnlyList<IPAddress>> Ask(string name, AddressFamily family)
    {
        lock (_lock)
        {
            if (_open.TryGetValue((name, family), out var question))
            {
                return question.Answer.Task;
            }

            // First of all: where the system has no more threads to give, that is the answer, and nothing is left that waits for one.
            if (_threads < ThreadsMax)
            {
                new Thread(AnswerAll) { IsBackground = true, Name = "Names" }.Start();
                _threads++;
            }

            question = new Question(name, family);
            _open.Add((name, family), question);
            _waiting.Enqueue(question);
            return question.Answer.Task;
        }
    }

    /// <summary>Answers until nobody waits; then its thread ends.</summary>
    private void AnswerAll()
    {
        while (TryTake(out var question))
        {
            try
            {
                var addresses = AddressList.Of(Look(question), question.Family);
                Close(question);
                question.Answer.SetResult(addresses);
            }
#pragma warning disable CA1031 // Whatever it is, it is the answer, and must not end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Close(question);
                question.Answer.SetException(new NameResolutionException($"The system could not resolve {question.Name}: {e.Message}", e));
            }
        }
    }

    private IPAddress[] Look(Question question)
    {
        try
        {
            return lookup(question.Name, question.Family);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
    }

    private bool TryTake([NotNullWhen(true)] out Question? question)
    {
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out question))
            {
                _threads--;
                return false;
            }

            return true;
        }
    }

    private void Close(Question question)
    {
        lock (_lock)
        {
            _open.Remove((question.Name, question.Family));
        }
    }

    /// <summary>Asked once, for all who wait for it. Who waits goes on elsewhere: the thread has the next one to answer.</summary>
    private sealed record Question(string Name, AddressFamily Family)
    {
        public TaskCompletionSource<IReadOnlyList<IPAddress>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
