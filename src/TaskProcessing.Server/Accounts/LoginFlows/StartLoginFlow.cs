namespace TaskProcessing.Server.Accounts.LoginFlows;

/// <summary>Begins a login flow for a client without credentials.</summary>
internal sealed class StartLoginFlow(ILoginFlowStore flows, TimeProvider time)
{
    private const int MaxOfNetwork = 100;
    private const int MaxWaiting = 10_000;

    /// <returns>The two tokens; null when too many wait already.</returns>
    public async Task<StartedLoginFlow?> RunAsync(string network, string userAgent, CancellationToken cancellationToken)
    {
        var (poll, login) = (Passwords.NewToken(), Passwords.NewToken());
        var now = time.GetUtcNow();
        var flow = new LoginFlow
        {
            PollTokenHash = Passwords.HashToken(poll),
            LoginTokenHash = Passwords.HashToken(login),
            ClientName = ClientName.Of(userAgent),
            Network = network,
            CreatedAt = now,
            EndsAt = now + LoginFlow.Lifetime,
        };
        return await flows.TryAddAsync(flow, MaxOfNetwork, MaxWaiting, cancellationToken) ? new StartedLoginFlow(poll, login) : null;
    }
}

/// <summary>The tokens of a new login flow, which are kept nowhere.</summary>
/// <param name="PollToken">With this one the client asks whether access was granted.</param>
/// <param name="LoginToken">This one is part of the address that the client opens in a browser.</param>
internal sealed record StartedLoginFlow(string PollToken, string LoginToken);
