using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ApiAmbassador.Configuration;

/// <summary>Reads one JSON file into a <see cref="ConfigNode"/> tree that knows the line of every setting.</summary>
internal static class JsonFile
{
    /// <summary>No settings file is this large; what is larger is a mistake (a log, an image) and is not read into memory.</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    /// <summary>The reader's own bound on nesting; keys with colons must not get around it, because what reads the tree recurses.</summary>
    private const int DepthMax = 64;

    private static readonly ConfigNode Nothing = new(new Place(""));

    /// <summary>The file's settings, or null and an error in <paramref name="errors"/>; with nodes of what is <paramref name="inForce"/>, where it stays as it is.</summary>
    public static ConfigNode? Read(string path, string name, ICollection<ConfigError> errors, ConfigNode? inForce = null)
    {
        byte[]? content = null;
        try
        {
            if (OrdinaryFile.LengthOf(path) == 0)
            {
                errors.Add(new ConfigError(new Place(name), "", OrdinaryFile.IsNone));
                return null;
            }

            using var file = OrdinaryFile.Open(path);
            if (file.Length > BytesMax)
            {
                errors.Add(new ConfigError(new Place(name), "", $"is larger than {BytesMax / 1024 / 1024} MiB, so it can hardly be settings"));
                return null;
            }

            content = ArrayPool<byte>.Shared.Rent((int)file.Length); // A new one for each reload of a large file would bring the collector's long pauses.
            return Parse(content.AsSpan(0, file.ReadAtLeast(content, (int)file.Length, throwOnEndOfStream: false)), name, errors, inForce);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigError(new Place(name), "", $"cannot be read: {e.Message}"));
            return null;
        }
        finally
        {
            if (content is not null)
            {
                ArrayPool<byte>.Shared.Return(content, clearArray: true); // It may hold secrets, and whoever rents it next may be a body.
            }
        }
    }

    /// <summary>The same for what is in memory already.</summary>
    public static ConfigNode? Parse(ReadOnlySpan<byte> content, string name, ICollection<ConfigError> errors, ConfigNode? inForce = null)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            var reader = new Utf8JsonReader(content, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var lines = new LineCounter(content);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                errors.Add(new ConfigError(new Place(name), "", "must hold one JSON object: { … }"));
                return null;
            }

            var root = ReadContainer(ref reader, ref lines, name, [], [], errors, inForce, isList: false);
            reader.Read(); // Anything after the closing brace is an error that the reader itself reports.
            return root;
        }
        catch (JsonException e)
        {
            errors.Add(new ConfigError(new Place(name, (int)(e.LineNumber ?? 0) + 1), "", $"is not valid JSON: {Sentence(e.Message)}"));
            return null;
        }
        catch (InvalidOperationException)
        {
            // The reader's word for text that is not UTF-8 inside a string.
            errors.Add(new ConfigError(new Place(name), "", "is not valid UTF-8 text"));
            return null;
        }
    }

    /// <summary>
    /// A large file has a hundred thousand settings under a dozen names: each name is kept once, and the path is a list of keys, which become a text
    /// only where there is an error to tell. What stands where it stood before is compared with what is in force, and makes nothing new.
    /// </summary>
    private static ConfigNode ReadContainer(
        ref Utf8JsonReader reader, ref LineCounter lines, string name, HashSet<string> names, List<string> path, ICollection<ConfigError> errors, ConfigNode? inForce, bool isList)
    {
        var begins = new Place(name, lines.At(reader.TokenStartIndex));
        var was = inForce is { IsLeaf: false } && inForce.IsList == isList ? inForce : null;
        var same = 0;
        ConfigNode? container = null; // Made when something is not as it was.
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            var (key, known) = container is null && was is not null ? was.At(same) : default;
            var inPlace = key is not null && (isList || reader.ValueTextEquals(key));
            if (!inPlace)
            {
                key = isList ? (container?.Children.Count ?? same).ToString() : Once(names, reader.GetString()!);
                known = was?.Children.GetValueOrDefault(key);
            }

            var place = new Place(name, lines.At(reader.TokenStartIndex));
            path.Add(key!);
            if (!isList)
            {
                reader.Read();
            }

            var child = (reader.TokenType switch
            {
                JsonTokenType.StartObject => ReadContainer(ref reader, ref lines, name, names, path, errors, known, isList: false),
                JsonTokenType.StartArray => ReadContainer(ref reader, ref lines, name, names, path, errors, known, isList: true),
                _ => known?.Place == place && IsSameLeaf(ref reader, known) ? known : ReadLeaf(ref reader, place),
            }).OrInForce(known);
            if (!isList && Problem(key!, path) is { } problem)
            {
                path.RemoveAt(path.Count - 1);
                errors.Add(new ConfigError(place, string.Join(':', path), problem));
                continue;
            }

            if (inPlace && ReferenceEquals(child, known))
            {
                same++;
            }
            else if (!TryAdd(container ??= (was ?? Nothing).Fork(same, begins, isList), key!, child, place, isList))
            {
                errors.Add(new ConfigError(place, string.Join(':', path), $"'{key}' stands twice in the same object (keys do not differ by case); keep one"));
            }

            path.RemoveAt(path.Count - 1);
        }

        return container ?? (path.Count > 0 && was?.Place == begins && was.Children.Count == same ? was : (was ?? Nothing).Fork(same, begins, isList));
    }

    /// <summary>"A:B" is the framework's way to write A's setting B; a tree of our own must not know it by another name.</summary>
    private static bool TryAdd(ConfigNode parent, string key, ConfigNode child, Place place, bool isList)
    {
        for (var colon = key.IndexOf(':'); !isList && colon > 0; colon = key.IndexOf(':'))
        {
            parent = parent.ChildOrNew(key[..colon], place);
            key = key[(colon + 1)..];
        }

        return parent.TryAdd(key, child);
    }

    private static ConfigNode ReadLeaf(ref Utf8JsonReader reader, Place place) => ConfigNode.Leaf(
        reader.TokenType switch
        {
            JsonTokenType.Null => null,
            // As the framework's own reader writes them, so that a transform sees the text it would see under YARP.
            JsonTokenType.True => bool.TrueString,
            JsonTokenType.False => bool.FalseString,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan),
            _ => reader.GetString(),
        },
        place);

    private static bool IsSameLeaf(ref Utf8JsonReader reader, ConfigNode known) => known.Value is { } text && reader.TokenType switch
    {
        JsonTokenType.String => reader.ValueTextEquals(text),
        JsonTokenType.Number => !reader.HasValueSequence && Ascii.Equals(reader.ValueSpan, text),
        _ => false,
    };

    private static string Once(HashSet<string> names, string name)
    {
        if (names.TryGetValue(name, out var known))
        {
            return known;
        }

        names.Add(name);
        return name;
    }

    /// <summary>What is wrong with a key, or null. An empty one would stand for the object around it where paths are joined.</summary>
    private static string? Problem(string key, List<string> path)
    {
        if (key.Length == 0 || key[0] == ':' || key[^1] == ':' || key.Contains("::", StringComparison.Ordinal))
        {
            return $"'{key}' is or holds an empty key; between colons there must be a name";
        }

        return path.Count > DepthMax || (key.Contains(':', StringComparison.Ordinal) && path.Sum(part => part.AsSpan().Count(':') + 1) > DepthMax) ? $"is nested deeper than {DepthMax} levels" : null;
    }

    /// <summary>The library's message without its own line and byte positions, which we tell better.</summary>
    public static string Sentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
    }

    /// <summary>Turns byte positions, asked for in rising order, into line numbers in one pass over the file.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> content)
    {
        private readonly ReadOnlySpan<byte> _content = content;
        private int _position;
        private int _line = 1;

        public int At(long position)
        {
            _line += _content[_position..(int)position].Count((byte)'\n');
            _position = (int)position;
            return _line;
        }
    }
}
