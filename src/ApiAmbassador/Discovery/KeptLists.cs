using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ApiAmbassador.Discovery;

/// <summary>
/// The last good lists on disk, for a start while sources are down: one file in <c>Ambassador:StateDirectory</c>, written whole and renamed into
/// place. It is read like anything that others can write: bounded, checked, and not needed.
/// </summary>
internal sealed partial class KeptLists
{
    /// <summary>The file's name.</summary>
    public const string FileName = "discovery.json";

    /// <summary>What is larger is not ours.</summary>
    private const int BytesMax = 64 * 1024 * 1024;

    /// <summary>The shortest time between two writings.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly ILogger<KeptLists> _logger;
    private readonly Dictionary<string, IReadOnlyList<Instance>> _before;
    private Dictionary<string, IReadOnlyList<Instance>> _written = [];
    private long? _writtenAt;
    private bool _isFailing;

    /// <summary>Reads what a process before this one has left.</summary>
    /// <param name="directory">Where; null to keep nothing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes what went wrong.</param>
    public KeptLists(string? directory, TimeProvider time, ILogger<KeptLists> logger)
    {
        (_path, _time, _logger) = (directory is null ? null : Path.Combine(directory, FileName), time, logger);
        _before = Read();
    }

    /// <summary>What was last believed of a source before this process began; empty where nothing is known.</summary>
    public IReadOnlyList<Instance> Of(FeedId id) => _before.GetValueOrDefault(Key(id), []);

    /// <summary>Writes what is believed now, where it differs from what is written. Not more often than once a second; a failure is told once.</summary>
    /// <param name="states">What is believed.</param>
    /// <param name="isLast">Whether nothing comes after it, so that it is written however soon it is.</param>
    public void Write(IReadOnlyList<(FeedId Id, FeedState State, string? Problem)> states, bool isLast = false)
    {
        if (_path is null || (!isLast && _writtenAt is { } at && _time.GetElapsedTime(at) < Interval))
        {
            return;
        }

        // What is followed and has not answered yet keeps what is kept of it.
        var now = states.ToDictionary(item => Key(item.Id), item => item.State.GoodAt is null ? Of(item.Id) : item.State.List);
        if (now.Count == _written.Count && now.All(item => _written.TryGetValue(item.Key, out var list) && ReferenceEquals(list, item.Value)))
        {
            return;
        }

        _writtenAt = _time.GetTimestamp();
        try
        {
            var temporary = _path + ".new";
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, now);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
            (_written, _isFailing) = (now, false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing)
            {
                LogNotWritten(_logger, _path, e.Message);
            }

            _isFailing = true;
        }
    }

    private Dictionary<string, IReadOnlyList<Instance>> Read()
    {
        try
        {
            if (_path is null || !File.Exists(_path))
            {
                return [];
            }

            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > BytesMax)
            {
                throw new JsonException($"it is larger than {BytesMax / 1024 / 1024} MiB");
            }

            var lists = JsonSerializer.Deserialize<Dictionary<string, List<Instance?>?>>(file) ?? [];
            return lists
                .Where(item => item.Value is not null)
                .ToDictionary(item => item.Key, item => (IReadOnlyList<Instance>)[.. item.Value!.OfType<Instance>().Where(IsGood)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            LogNotRead(_logger, _path!, e.Message);
            return [];
        }
    }

    /// <summary>Whether it could have been written by us. An address of a name has neither scheme nor port.</summary>
    private static bool IsGood(Instance instance) =>
        instance is { Host.Length: > 0 and < 256, Weight: >= 0 and <= 65_535, Priority: >= 0, Zone: null or { Length: < 64 } }
        && Uri.CheckHostName(instance.Host) != UriHostNameType.Unknown
        && (instance is { Scheme: "", Port: 0 } || instance is { Scheme: "http" or "https", Port: > 0 and < 65_536 });

    /// <summary>A hash, because the settings of a source may hold secrets.</summary>
    private static string Key(FeedId id) =>
        $"{id.Cluster} {id.Kind} " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{id.Name}\n{id.Settings}")))[..32];

    [LoggerMessage(1420, LogLevel.Warning, "What sources said before the start cannot be read from {Path}: {Problem}")]
    private static partial void LogNotRead(ILogger logger, string path, string problem);

    [LoggerMessage(1421, LogLevel.Warning, "What sources say cannot be written to {Path}: {Problem}; a start while they are down would find nothing")]
    private static partial void LogNotWritten(ILogger logger, string path, string problem);
}
