using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Accounts;

/// <summary>The rules of login names: allowed characters, and spellings of the same account.</summary>
internal static partial class LoginName
{
    /// <summary>True when an account can have the name. The database is never asked for an impossible name.</summary>
    public static bool IsPossible(string name) => Possible().IsMatch(name);

    /// <summary>The reason why no new account may have the name, in a sentence; null when one may.</summary>
    public static string? Problem(string name)
    {
        if (!IsPossible(name))
            return $"\"{name}\" is no login name: use 1 to 64 letters, digits, spaces or _ . @ - '";
        if (!name.Any(char.IsAsciiLetterOrDigit))
            return $"\"{name}\" is no login name: it needs a letter or a digit";

        return name[0] == ' ' || name[^1] == ' ' ? $"\"{name}\" is no login name: it must not begin or end with a space" : null;
    }

    /// <summary>One text for all spellings of a name. Possible names are ASCII, so every database agrees on it.</summary>
    public static string Key(string name) => name.ToLowerInvariant();

    /// <summary>Nextcloud's characters; the colon is left out, as it separates name and password.</summary>
    [GeneratedRegex(@"^[a-zA-Z0-9_.@\-' ]{1,64}\z")]
    private static partial Regex Possible();
}
