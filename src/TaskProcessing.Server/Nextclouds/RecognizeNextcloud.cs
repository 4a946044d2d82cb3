using System.Security.Cryptography;
using System.Text;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Finds the connection that a call belongs to. Calls name neither the Nextcloud's address nor any id of it, so the secret tells
/// Nextclouds apart. Every wrong call takes the same time: all connections are compared, and none is looked up.
/// </summary>
internal sealed class RecognizeNextcloud(NextcloudDirectory directory, IGuessCounter guesses, RememberedLogins remembered, LoginTurns turns)
{
    /// <param name="network">The caller's network.</param>
    /// <param name="appId">The app's id in the call.</param>
    /// <param name="secret">The secret in the call; null when it cannot be read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<NextcloudLogin> RunAsync(string network, string appId, string? secret, CancellationToken cancellationToken)
    {
        // Texts in the form of our tokens cannot be guessed, so they are compared even from a blocked network.
        using var turn = IsNoGuess() ? null : await turns.TakeAsync(network, GuessedName.Nextcloud, cancellationToken);
        // The one in front may have had the same secret, and it was right.
        var isNoGuess = IsNoGuess();
        if (
            !isNoGuess
            && await guesses.TryBeginAsync(network, GuessedName.Nextcloud, countsOtherNames: false, cancellationToken) is { } wait
        )
            return new NextcloudLogin.Throttled(wait);

        if (Find(appId, secret ?? "") is not { } found || secret is null)
        {
            remembered.Remove(network, GuessedName.Nextcloud, secret ?? "");
            await (
                isNoGuess
                    ? guesses.FailedAsync(network, GuessedName.Nextcloud, cancellationToken)
                    : guesses.WrongAsync(network, GuessedName.Nextcloud, cancellationToken)
            );
            return new NextcloudLogin.Wrong();
        }

        if (!isNoGuess)
            await guesses.RightAsync(network, GuessedName.Nextcloud, CancellationToken.None);
        remembered.Add(network, GuessedName.Nextcloud, secret);
        return new NextcloudLogin.Right(found);

        bool IsNoGuess() =>
            secret is not null && (Passwords.IsToken(secret) || remembered.Contains(network, GuessedName.Nextcloud, secret));
    }

    /// <summary>App id and secret in one value of fixed length. No app id has a line break.</summary>
    public static byte[] Digest(string appId, string secret) => SHA256.HashData(Encoding.UTF8.GetBytes($"{appId}\n{secret}"));

    private KnownNextcloud? Find(string appId, string secret)
    {
        var given = Digest(appId, secret);
        KnownNextcloud? found = null;
        foreach (var known in directory.Current)
        {
            if (CryptographicOperations.FixedTimeEquals(known.Digest, given))
                found = known;
        }

        return found;
    }
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
