namespace TaskProcessing.Server.Accounts.LoginFlows;

/// <summary>Grants a waiting client access to an account, or refuses it.</summary>
internal sealed class AnswerLoginFlow(ILoginFlowStore flows, TimeProvider time)
{
    /// <summary>The client that waits; null when none does.</summary>
    public Task<LoginFlow?> FindAsync(string loginToken, CancellationToken cancellationToken) =>
        flows.FindWaitingAsync(Passwords.HashToken(loginToken), time.GetUtcNow(), cancellationToken);

    /// <param name="loginToken">Of the address that the client opened.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="isGranted">Whether the client may log in with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when no such client waits any more.</returns>
    public Task<bool> RunAsync(string loginToken, string accountId, bool isGranted, CancellationToken cancellationToken) =>
        isGranted
            ? flows.GrantAsync(Passwords.HashToken(loginToken), accountId, time.GetUtcNow(), cancellationToken)
            : flows.RefuseAsync(Passwords.HashToken(loginToken), cancellationToken);
}
