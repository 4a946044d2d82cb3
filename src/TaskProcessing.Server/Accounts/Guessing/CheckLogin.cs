namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// Verifies a login and blocks guesses. Two kinds of credentials are verified even from a blocked network: those that
/// were right before from it, and texts in the form of our tokens, which cannot be guessed. All others count as wrong while they are
/// verified, so that parallel guesses gain nothing.
/// </summary>
internal sealed class CheckLogin(VerifyCredentials verifyCredentials, RememberedLogins remembered, IGuessCounter guesses, LoginTurns turns)
{
    /// <param name="network">The caller's network.</param>
    /// <param name="user">The login name; null when only a token was given.</param>
    /// <param name="secret">The password or an app password.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<LoginCheck> RunAsync(string network, string? user, string secret, CancellationToken cancellationToken) =>
        verifyCredentials.FindKnown(network, user, secret) is { } known
            ? new ValueTask<LoginCheck>(new LoginCheck.Right(known))
            : new ValueTask<LoginCheck>(CheckAsync(network, user, secret, cancellationToken));

    /// <summary>Credentials that cannot even be read count as a guess.</summary>
    public async ValueTask<LoginCheck> UnreadableAsync(string network, CancellationToken cancellationToken)
    {
        if (await guesses.TryBeginAsync(network, GuessedName.Impossible, countsOtherNames: true, cancellationToken) is { } wait)
            return new LoginCheck.Refused(wait);

        await guesses.WrongAsync(network, GuessedName.Impossible, cancellationToken);
        return new LoginCheck.Wrong();
    }

    private async Task<LoginCheck> CheckAsync(string network, string? user, string secret, CancellationToken cancellationToken)
    {
        var name = GuessedName.OfUser(user);
        if (remembered.Contains(network, name, secret))
            return await VerifyAsync(network, user, name, secret, wait: null, cancellationToken);

        using var turn = await turns.TakeAsync(network, name, cancellationToken);
        using var place = await turns.TakePlaceAsync(network, cancellationToken);
        // The one in front may have had the same credentials, and they were right.
        return remembered.Contains(network, name, secret)
            ? await VerifyAsync(network, user, name, secret, wait: null, cancellationToken)
            : await BeginAsync(network, user, name, secret, cancellationToken);
    }

    private async Task<LoginCheck> BeginAsync(string network, string? user, string name, string secret, CancellationToken cancellationToken)
    {
        if (await guesses.TryBeginAsync(network, name, countsOtherNames: true, cancellationToken) is { } wait)
            return Passwords.IsToken(secret)
                ? await VerifyAsync(network, user, name, secret, wait, cancellationToken)
                : new LoginCheck.Refused(wait);

        try
        {
            var verified = await verifyCredentials.RunAsync(network, user, secret, triesPassword: true, cancellationToken);
            if (verified is null)
            {
                await guesses.WrongAsync(network, name, CancellationToken.None);
                return new LoginCheck.Wrong();
            }

            remembered.Add(network, name, secret);
            await guesses.RightAsync(network, name, CancellationToken.None);
            return new LoginCheck.Right(verified);
        }
        catch
        {
            // Nobody has learned whether it was right.
            await guesses.RightAsync(network, name, CancellationToken.None);
            throw;
        }
    }

    /// <summary>For a login that is verified even where it is blocked; a wrong one counts where it is not.</summary>
    private async Task<LoginCheck> VerifyAsync(
        string network,
        string? user,
        string name,
        string secret,
        TimeSpan? wait,
        CancellationToken cancellationToken
    )
    {
        if (await verifyCredentials.RunAsync(network, user, secret, triesPassword: wait is null, cancellationToken) is { } verified)
        {
            remembered.Add(network, name, secret);
            return new LoginCheck.Right(verified);
        }

        remembered.Remove(network, name, secret);
        await guesses.FailedAsync(network, name, CancellationToken.None);
        return wait is null ? new LoginCheck.Wrong() : new LoginCheck.Refused(wait.Value);
    }
}

/// <summary>The result of a login.</summary>
internal abstract record LoginCheck
{
    private LoginCheck() { }

    public sealed record Right(VerifiedAccount Verified) : LoginCheck;

    public sealed record Wrong : LoginCheck;

    /// <summary>It was not verified: too many wrong logins came before.</summary>
    public sealed record Refused(TimeSpan Wait) : LoginCheck;
}
