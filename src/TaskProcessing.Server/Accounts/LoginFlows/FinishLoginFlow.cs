namespace TaskProcessing.Server.Accounts.LoginFlows;

/// <summary>Gives a client that was granted access its app password, once.</summary>
internal sealed class FinishLoginFlow(ILoginFlowStore flows, CreateAppPassword createAppPassword, TimeProvider time)
{
    /// <returns>The credentials; null while access is not granted, and when there is no such flow.</returns>
    public async Task<GrantedCredentials?> RunAsync(string pollToken, CancellationToken cancellationToken)
    {
        if (
            !Passwords.IsToken(pollToken)
            || await flows.TakeGrantedAsync(Passwords.HashToken(pollToken), time.GetUtcNow(), cancellationToken) is not { } granted
        )
            return null;

        var appPassword = await createAppPassword.RunAsync(granted.AccountId, granted.ClientName, CancellationToken.None);
        return appPassword is null ? null : new GrantedCredentials(granted.AccountId, appPassword);
    }
}

/// <summary>What a client logs in with from now on.</summary>
internal sealed record GrantedCredentials(string LoginName, string AppPassword);
