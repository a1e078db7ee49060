using System.Buffers;
using System.IO.Hashing;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>
/// Files of target groups (<see cref="TargetGroups"/>), by their content: a mount may send no event, and a tool may keep the time of what it writes.
/// One broken file is a failure of the whole: without its instances the list would not be the list. Asked once at a time.
/// </summary>
/// <param name="options">Whose <c>Path</c> is set.</param>
/// <param name="configDirectory">Where a path begins that is not absolute.</param>
internal sealed class FileSource(FileDiscoveryOptions options, string configDirectory) : IPolledSource
{
    /// <summary>The most files that a path with <c>*</c> may match.</summary>
    public const int FilesMax = 1000;

    /// <summary>How often it is looked for one answer, until two looks see the same.</summary>
    private const int LooksMax = 3;

    /// <summary>As shells have it: <c>*</c> is any name but those that begin with a dot, which are editors' and Kubernetes' own.</summary>
    private static readonly EnumerationOptions Listing = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, MatchType = MatchType.Simple };

    private readonly string _path = Path.GetFullPath(Path.Combine(configDirectory, options.Path ?? throw new ArgumentException("no path", nameof(options))));
    private List<FileContent> _seen = [];
    private SourceAnswer? _answer;

    private bool IsPattern => Path.GetFileName(_path).AsSpan().ContainsAny('*', '?');

    /// <summary>Never throws but when it is cancelled. On a thread of its own, because a file system that hangs would hold up who asks.</summary>
    public Task<SourceAnswer> AskAsync(CancellationToken cancellation) => Task.Run(() => Ask(cancellation), cancellation);

    private SourceAnswer Ask(CancellationToken cancellation)
    {
        // Several files are not swapped at once. An instance that moves from one to another would be missing, was one read before and one after.
        for (var look = 0; look < LooksMax; look++)
        {
            var (files, problem) = List();
            if (problem is not null)
            {
                (_seen, _answer) = ([], null);
                return SourceAnswer.Failed(problem);
            }

            var before = _seen;
            _seen = Read(files, cancellation);
            if (_answer is not null && before.SequenceEqual(_seen))
            {
                return _answer;
            }

            _answer = Together(_seen);
        }

        return _answer!;
    }

    /// <summary>The files in the order of their names, or why there are none.</summary>
    private (string[] Files, string? Problem) List()
    {
        if (!IsPattern)
        {
            return ([_path], null);
        }

        var shown = EchoedText.Value(options.Path!);
        try
        {
            var pattern = Path.GetFileName(_path);
            var files = Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, pattern, Listing)
                .Where(file => pattern.StartsWith('.') || !Path.GetFileName(file.AsSpan()).StartsWith('.'))
                .Take(FilesMax + 1)
                .Order(StringComparer.Ordinal)
                .ToArray();
            return files.Length switch
            {
                0 => ([], $"no file matches '{shown}'"),
                > FilesMax => ([], $"more than {FilesMax} files match '{shown}'"),
                _ => (files, null),
            };
        }
        catch (DirectoryNotFoundException)
        {
            return ([], $"no file matches '{shown}': its directory does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ([], $"'{shown}' cannot be looked at: {EchoedText.Sentence(e.Message)}");
        }
    }

    /// <summary>Reads all, and makes lists of those whose content is another than it was.</summary>
    private List<FileContent> Read(string[] files, CancellationToken cancellation)
    {
        var known = _seen.ToDictionary(file => file.Path);
        var read = new List<FileContent>(files.Length);
        var bytesLeft = TargetGroups.BytesMax;
        foreach (var path in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var file = Read(path, ref bytesLeft, known.GetValueOrDefault(path));
            read.Add(file);
            if (file.List.Error is not null)
            {
                break;
            }
        }

        return read;
    }

    private FileContent Read(string path, ref int bytesLeft, FileContent known)
    {
        byte[]? buffer = null;
        try
        {
            if (TargetFile.Problem(path, bytesLeft, out var length) is { } problem)
            {
                return new FileContent(path, 0, SourceAnswer.Failed(problem));
            }

            // A byte more than there should be: one that grows is being written.
            buffer = ArrayPool<byte>.Shared.Rent(length + 1);
            using var file = OrdinaryFile.Open(path);
            var count = file.ReadAtLeast(buffer.AsSpan(0, length + 1), length + 1, throwOnEndOfStream: false);
            if (count > length)
            {
                return new FileContent(path, 0, SourceAnswer.Failed("grew while it was read"));
            }

            bytesLeft -= count;
            var hash = XxHash128.HashToUInt128(buffer.AsSpan(0, count));
            return hash == known.Hash
                ? known
                : new FileContent(path, hash, TargetGroups.Read(buffer.AsMemory(0, count), options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileContent(path, 0, SourceAnswer.Failed($"cannot be read: {EchoedText.Sentence(e.Message)}"));
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private SourceAnswer Together(List<FileContent> files)
    {
        var instances = new InstanceSet();
        foreach (var file in files)
        {
            // Of several files, which one it is; of one, what the operator wrote.
            var name = EchoedText.Value(IsPattern ? Path.GetFileName(file.Path) : options.Path!);
            if (file.List.Error is { } error)
            {
                return SourceAnswer.Failed($"{name}: {error}");
            }

            foreach (var instance in file.List.Instances)
            {
                if (instances.Add(instance) is { } problem)
                {
                    return SourceAnswer.Failed($"{name}: {instance.Host} port {instance.Port} {problem}");
                }
            }
        }

        return SourceAnswer.Listed(instances.Instances);
    }

    /// <summary>A file as it was seen.</summary>
    /// <param name="Path">Its full path.</param>
    /// <param name="Hash">Of its content; 0 where it could not be read.</param>
    /// <param name="List">What it says.</param>
    private readonly record struct FileContent(string Path, UInt128 Hash, SourceAnswer List);
}
