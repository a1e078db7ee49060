namespace ApiAmbassador.Configuration;

/// <summary>Finds the name somebody probably meant.</summary>
internal static class Nearest
{
    /// <summary><c>; did you mean 'X'?</c> for the nearest of the names, or what there is to choose from, or nothing.</summary>
    public static string Hint(string written, IReadOnlyCollection<string> names)
    {
        if (Find(written, names) is { } near)
        {
            return $"; did you mean '{near}'?";
        }

        return names.Count is > 0 and <= 12 ? $"; it takes {string.Join(", ", names)}" : "";
    }

    /// <summary>The nearest name within a third of its length, at least one edit; null if none is that near.</summary>
    public static string? Find(string written, IEnumerable<string> names)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var name in names)
        {
            var distance = Distance(written, name);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (name, distance);
            }
        }

        return best is not null && bestDistance <= Math.Max(1, best.Length / 3) ? best : null;
    }

    /// <summary>Edits that turn one name into the other, letters swapped with their neighbour counted once, case ignored.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Max(a.Length, b.Length) > 64)
        {
            return int.MaxValue; // No name of ours is that long, and the table would be.
        }

        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Same(a[i - 1], b[j - 1]);
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }

    private static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}
