using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Accounts;

/// <summary>Removes an account with all its data. Workers of its tasks learn of it with their next report.</summary>
internal sealed class RemoveAccount(IAccountStore accounts, CredentialCache credentials, AccountDirectory directory, TaskSignal signal)
{
    /// <returns>False when there is no such account.</returns>
    public async Task<bool> RunAsync(string id, CancellationToken cancellationToken)
    {
        if (
            await accounts.FindAsync(id, cancellationToken) is not { } account
            || await accounts.RemoveAsync(account.Id, cancellationToken) is not { } unfinished
        )
            return false;

        credentials.Clear();
        directory.Clear();
        foreach (var task in unfinished)
            signal.RaiseChanged(task.Id, task.UserId);
        return true;
    }
}
