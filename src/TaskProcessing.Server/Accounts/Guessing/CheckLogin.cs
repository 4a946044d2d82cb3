namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// Verifies a login and blocks guesses. Two kinds of credentials are verified even from a blocked network: those that
/// were right before from it, and texts in the form of our tokens, which cannot be guessed. All others are verified one
/// after the other, so that parallel guesses gain nothing.
/// </summary>
internal sealed class CheckLogin(VerifyCredentials verifyCredentials, RememberedLogins remembered, GuessLog guesses) : IDisposable
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <param name="network">The caller's network.</param>
    /// <param name="user">The login name; null when only a token was given.</param>
    /// <param name="secret">The password or an app password.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<LoginCheck> RunAsync(string network, string? user, string secret, CancellationToken cancellationToken) =>
        verifyCredentials.FindKnown(network, user, secret) is { } known
            ? new ValueTask<LoginCheck>(new LoginCheck.Right(known))
            : new ValueTask<LoginCheck>(CheckAsync(network, user, secret, cancellationToken));

    /// <summary>Credentials that cannot even be read count as a guess.</summary>
    public LoginCheck Unreadable(string network)
    {
        if (guesses.Wait(network, GuessedName.Impossible) is { } wait)
            return new LoginCheck.Refused(wait);

        guesses.Failed(network, GuessedName.Impossible);
        return new LoginCheck.Wrong();
    }

    public void Dispose()
    {
        foreach (var turn in _turns)
            turn.Dispose();
    }

    private async Task<LoginCheck> CheckAsync(string network, string? user, string secret, CancellationToken cancellationToken)
    {
        var name = GuessedName.OfUser(user);
        if (remembered.Contains(network, name, secret))
            return await VerifyAsync(network, user, name, secret, wait: null, cancellationToken);

        var turn = _turns[(uint)HashCode.Combine(network, name) % (uint)_turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            // The one in front may have had the same credentials, and they were right.
            var wait = remembered.Contains(network, name, secret) ? null : guesses.Wait(network, name);
            return wait is null || Passwords.IsToken(secret)
                ? await VerifyAsync(network, user, name, secret, wait, cancellationToken)
                : new LoginCheck.Refused(wait.Value);
        }
        finally
        {
            turn.Release();
        }
    }

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
        guesses.Failed(network, name);
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
