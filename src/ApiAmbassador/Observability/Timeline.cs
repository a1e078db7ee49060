using System.Threading.Channels;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Observability;

/// <summary>
/// The last thousand things that happened, for operators. Transitions are told, never single requests, so one lock held for a few
/// instructions is enough. Everything has a bound, and no text in it holds a secret.
/// </summary>
internal sealed class Timeline(TimeProvider time)
{
    /// <summary>So many are kept; older ones are forgotten.</summary>
    public const int EntriesMax = 1000;

    /// <summary>Letters of a text, a subject or a detail; a longer one is cut.</summary>
    public const int TextMax = 500;

    /// <summary>Details of an entry; of more it says how many.</summary>
    public const int DetailsMax = 50;

    /// <summary>What waits for a reader who is slow; then he loses the oldest, and sees it by the gap in the numbers.</summary>
    public const int WaitingMax = 200;

    private readonly Lock _lock = new();
    private readonly TimelineEntry[] _entries = new TimelineEntry[EntriesMax];
    private readonly List<Channel<TimelineEntry>> _readers = [];
    private long _last;

    /// <summary>The number of the newest entry; 0 before the first.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Adds what happened just now.</summary>
    /// <param name="kind">What sort of thing.</param>
    /// <param name="subject">What it happened to, as <c>cluster/destination</c>; null for the ambassador as a whole.</param>
    /// <param name="text">What happened and why, in a sentence.</param>
    /// <param name="details">More of it, a line each.</param>
    /// <returns>What was added, as it is kept.</returns>
    public TimelineEntry Add(TimelineKind kind, string? subject, string text, IReadOnlyList<string>? details = null)
    {
        subject = subject is null ? null : Safe(subject);
        text = Safe(text);
        var lines = Bounded(details ?? []);
        lock (_lock)
        {
            var entry = new TimelineEntry(_last + 1, time.GetUtcNow(), kind, subject, text, lines);
            _entries[_last % EntriesMax] = entry;
            Volatile.Write(ref _last, entry.Sequence);
            foreach (var reader in _readers)
            {
                reader.Writer.TryWrite(entry); // Never waits: the channel drops its oldest.
            }

            return entry;
        }
    }

    /// <summary>What came after a number and is still kept, oldest first.</summary>
    /// <param name="after">The number of the last entry known already; 0 for none.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<TimelineEntry> After(long after, int limit)
    {
        lock (_lock)
        {
            return AfterLocked(after, limit);
        }
    }

    /// <summary>The newest, oldest first.</summary>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<TimelineEntry> Newest(int limit)
    {
        lock (_lock)
        {
            return AfterLocked(_last - limit, limit);
        }
    }

    /// <summary>
    /// What came after a number, and from then on whatever comes, without a gap between the two. A number that is not ours is one of another process,
    /// or none: then all that is kept is known.
    /// </summary>
    /// <returns>And the number that was gone by.</returns>
    public (long After, IReadOnlyList<TimelineEntry> Known, TimelineReader Coming) Follow(long after)
    {
        var channel = Channel.CreateBounded<TimelineEntry>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            _readers.Add(channel);
            after = after < 0 || after > _last ? 0 : after;
            return (after, AfterLocked(after, EntriesMax), new TimelineReader(channel.Reader, () => Leave(channel)));
        }
    }

    private TimelineEntry[] AfterLocked(long after, int limit)
    {
        var first = Math.Max(Math.Max(after, 0), _last - EntriesMax);
        var count = (int)Math.Clamp(_last - first, 0, limit);
        var entries = new TimelineEntry[count];
        for (var i = 0; i < count; i++)
        {
            entries[i] = _entries[(first + i) % EntriesMax];
        }

        return entries;
    }

    private void Leave(Channel<TimelineEntry> channel)
    {
        lock (_lock)
        {
            _readers.Remove(channel);
        }
    }

    private static string[] Bounded(IReadOnlyList<string> details) =>
        details.Count <= DetailsMax
            ? [.. details.Select(Safe)]
            : [.. details.Take(DetailsMax - 1).Select(Safe), $"and {details.Count - DetailsMax + 1} more"];

    /// <summary>
    /// Cut after it was made safe, as half a password is one still. What is far too long is cut before as well, so that looking for secrets takes
    /// no time worth mentioning; what that cut may have halved does not come through the second.
    /// </summary>
    private static string Safe(string text)
    {
        var safe = Secrets.InSentence(text.Length > 4 * TextMax ? text[..(4 * TextMax)] : text);
        return safe.Length <= TextMax ? safe : safe[..(TextMax - 1)] + '…';
    }
}
