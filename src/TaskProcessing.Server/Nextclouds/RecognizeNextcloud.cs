using System.Security.Cryptography;
using System.Text;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Finds the connection that a call belongs to. Calls name neither the Nextcloud's address nor any id of it, so the secret tells
/// Nextclouds apart. Every wrong call takes the same time: all connections are compared, and none is looked up.
/// </summary>
internal sealed class RecognizeNextcloud(NextcloudDirectory directory, GuessLog guesses, RememberedLogins remembered)
{
    /// <param name="network">The caller's network.</param>
    /// <param name="appId">The app's id in the call.</param>
    /// <param name="secret">The secret in the call; null when it cannot be read.</param>
    public NextcloudLogin Run(string network, string appId, string? secret)
    {
        // Texts in the form of our tokens cannot be guessed, so they are compared even from a blocked network.
        if (
            guesses.Wait(network, GuessedName.Nextcloud, countsOtherNames: false) is { } wait
            && (secret is null || !(Passwords.IsToken(secret) || remembered.Contains(network, GuessedName.Nextcloud, secret)))
        )
            return new NextcloudLogin.Throttled(wait);

        var given = Digest(appId, secret ?? "");
        KnownNextcloud? found = null;
        foreach (var known in directory.Current)
        {
            if (CryptographicOperations.FixedTimeEquals(known.Digest, given))
                found = known;
        }

        if (found is null || secret is null)
        {
            guesses.Failed(network, GuessedName.Nextcloud);
            return new NextcloudLogin.Wrong();
        }

        remembered.Add(network, GuessedName.Nextcloud, secret);
        return new NextcloudLogin.Right(found);
    }

    /// <summary>App id and secret in one value of fixed length. No app id has a line break.</summary>
    public static byte[] Digest(string appId, string secret) => SHA256.HashData(Encoding.UTF8.GetBytes($"{appId}\n{secret}"));
}

/// <summary>Whose call it is.</summary>
internal abstract record NextcloudLogin
{
    private NextcloudLogin() { }

    internal sealed record Right(KnownNextcloud Known) : NextcloudLogin;

    internal sealed record Wrong : NextcloudLogin;

    /// <summary>Too many wrong secrets came from the network.</summary>
    internal sealed record Throttled(TimeSpan Wait) : NextcloudLogin;
}
