using System.Diagnostics.Tracing;

namespace ApiAmbassador.WireTests;

/// <summary>Counts the collections of the second generation of three that somebody in this process asked for.</summary>
internal sealed class InducedCollections : EventListener
{
    private const EventKeywords Collections = (EventKeywords)1;
    private const uint Induced = 1;

    private int _count;

    /// <summary>How many were seen.</summary>
    public int Count => Volatile.Read(ref _count);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Informational, Collections);
        }
    }

    /// <summary>GCStart: its number, generation, reason and kind.</summary>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is { EventId: 1, Payload: [_, 1u, Induced, ..] })
        {
            Interlocked.Increment(ref _count);
        }
    }
}
