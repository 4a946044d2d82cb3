namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// The names under which wrong logins are counted. Each stands for any number of texts, so that the counts stay small.
/// </summary>
internal static class GuessedName
{
    /// <summary>Tokens without a login name.</summary>
    public const string Token = "(a token)";

    /// <summary>Keys of services.</summary>
    public const string ServiceKey = "(a service key)";

    /// <summary>Names that no account can have, and credentials that cannot be read.</summary>
    public const string Impossible = "(no login name)";

    /// <summary>Unknown provider apps. Known apps have a name each.</summary>
    public const string UnknownApp = "(an unknown app)";

    /// <summary>Nextclouds that call this server as their app.</summary>
    public const string Nextcloud = "(a Nextcloud)";

    public static string OfUser(string? user) =>
        user is null ? Token
        : LoginName.IsPossible(user) ? LoginName.Key(user)
        : Impossible;

    /// <summary>With a bracket, which no login name has.</summary>
    public static string OfApp(string appId) => $"(app {appId})";
}
