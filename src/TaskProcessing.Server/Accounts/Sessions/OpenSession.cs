using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Accounts.Sessions;

/// <summary>Signs an account in with a browser. It takes the password: an app password is for programs, and may be revoked.</summary>
internal sealed class OpenSession(
    CheckLogin checkLogin,
    CredentialCache cache,
    ISessionStore sessions,
    IOptions<SessionOptions> options,
    TimeProvider time
)
{
    /// <summary>How many sessions an account may have; with one more the oldest ends.</summary>
    private const int MaxPerAccount = 50;

    /// <param name="network">Where the browser is.</param>
    /// <param name="user">The login name.</param>
    /// <param name="password">The password.</param>
    /// <param name="clientName">The name that the browser gives itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<OpenSessionOutcome> RunAsync(
        string network,
        string user,
        string password,
        string clientName,
        CancellationToken cancellationToken
    )
    {
        switch (await checkLogin.RunAsync(network, user, password, cancellationToken))
        {
            case LoginCheck.Refused refused:
                return new OpenSessionOutcome.Throttled(refused.Wait);
            case LoginCheck.Right { Verified: { Credential.PasswordHash: { } passwordHash } verified }:
                return await OpenAsync(verified.Account, passwordHash, clientName, cancellationToken);
            case LoginCheck.Right:
                return new OpenSessionOutcome.IsAppPassword();
            default:
                return new OpenSessionOutcome.Wrong();
        }
    }

    private async Task<OpenSessionOutcome> OpenAsync(
        Account account,
        string passwordHash,
        string clientName,
        CancellationToken cancellationToken
    )
    {
        var token = Passwords.NewToken();
        var now = time.GetUtcNow();
        var lifetime = TimeSpan.FromHours(options.Value.Hours);
        var session = new Session
        {
            TokenHash = Passwords.HashToken(token),
            AccountId = account.Id,
            PasswordStamp = Session.StampOf(passwordHash),
            ClientName = Accounts.ClientName.Of(clientName),
            CreatedAt = now,
            EndsAt = now + lifetime,
        };
        try
        {
            await sessions.AddAsync(session, MaxPerAccount, cancellationToken);
        }
        catch (MissingOwnerException)
        {
            // The login was remembered for a moment longer than its account is there.
            cache.Clear();
            return new OpenSessionOutcome.Wrong();
        }

        return new OpenSessionOutcome.Opened(account, token, lifetime);
    }
}

/// <summary>What became of it.</summary>
internal abstract record OpenSessionOutcome
{
    private OpenSessionOutcome() { }

    /// <summary>The account is signed in.</summary>
    public sealed record Opened(Account Account, string Token, TimeSpan Lifetime) : OpenSessionOutcome;

    /// <summary>Login name or password are wrong.</summary>
    public sealed record Wrong : OpenSessionOutcome;

    /// <summary>It was an app password.</summary>
    public sealed record IsAppPassword : OpenSessionOutcome;

    /// <summary>It was not looked at: too many wrong ones came before.</summary>
    public sealed record Throttled(TimeSpan Wait) : OpenSessionOutcome;
}
