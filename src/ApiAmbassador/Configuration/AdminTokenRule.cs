using System.Security.Cryptography;
using System.Text;

namespace ApiAmbassador.Configuration;

/// <summary>What a token of the admin listener is, and whether one that was shown is it.</summary>
internal static class AdminTokenRule
{
    /// <summary>Reports what is wrong with the settings; a file is looked at, because a secret that is not there would lock everybody out.</summary>
    public static void Check(AdminOptions options, ErrorList errors)
    {
        const string section = "Ambassador", admin = "Admin";
        if (options is { Token: not null, TokenFile: not null })
        {
            errors.Add("there is a Token, too; set one of them", section, admin, nameof(AdminOptions.TokenFile));
        }
        else if (options.Token is { } token && Problem(token) is { } problem)
        {
            errors.Add(problem, section, admin, nameof(AdminOptions.Token));
        }
        else if (options.TokenFile is { } file)
        {
            var (_, fileProblem) = ReadFile(file);
            if (fileProblem is not null)
            {
                errors.Add(fileProblem, section, admin, nameof(AdminOptions.TokenFile));
            }
        }
    }

    /// <summary>The token in force, or why there is none to be had; neither where none is configured.</summary>
    public static (string? Token, string? Problem) Read(AdminOptions options) =>
        options.TokenFile is { } file ? ReadFile(file) : (options.Token, null);

    /// <summary>The token in a file, or what is wrong with it.</summary>
    public static (string? Token, string? Problem) ReadFile(string path)
    {
        try
        {
            if (OrdinaryFile.LengthOf(path) == 0)
            {
                return (null, $"the file {path} {OrdinaryFile.IsNone}");
            }

            // More than the longest token with white space around it need not be looked at.
            using var reader = new StreamReader(path);
            var letters = new char[AdminOptions.TokenLengthMax * 2];
            var token = new string(letters, 0, reader.ReadBlock(letters)).Trim();
            return Problem(token) is { } problem ? (null, $"the file {path}: {problem}") : (token, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"the file {path} cannot be read");
        }
    }

    /// <summary>Whether what was shown is the token; it takes the same time wherever they differ.</summary>
    public static bool Matches(string token, string shown) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), SHA256.HashData(Encoding.UTF8.GetBytes(shown)));

    /// <summary>What is wrong with a token, without repeating it.</summary>
    private static string? Problem(string token) =>
        token.Length is < AdminOptions.TokenLengthMin or > AdminOptions.TokenLengthMax
            ? $"a token has {AdminOptions.TokenLengthMin} to {AdminOptions.TokenLengthMax} letters, not {token.Length}; for example: openssl rand -hex 32"
            : token.All(letter => letter is > ' ' and < '\x7f') ? null
            : "a token has visible ASCII letters only, and no space";
}
