using System.Threading.Channels;

namespace ApiAmbassador.Observability;

/// <summary>One who follows the timeline, until disposed of.</summary>
internal sealed class TimelineReader(ChannelReader<TimelineEntry> entries, Action leave) : IDisposable
{
    /// <summary>What comes, oldest first. A gap in the numbers is what this reader was too slow for.</summary>
    public ChannelReader<TimelineEntry> Entries => entries;

    /// <inheritdoc/>
    public void Dispose() => leave();
}
