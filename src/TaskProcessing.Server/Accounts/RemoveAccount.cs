using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Accounts;

/// <summary>Removes an account with all that it has. Who works on one of its tasks hears of that.</summary>
internal sealed class RemoveAccount(IAccountStore accounts, TaskSignal signal)
{
    /// <returns>False when there is no such account.</returns>
    public async Task<bool> RunAsync(string id, CancellationToken cancellationToken)
    {
        if (await accounts.RemoveAsync(id, cancellationToken) is not { } unfinished)
            return false;

        foreach (var task in unfinished)
            signal.RaiseChanged(task.Id, task.UserId);
        return true;
    }
}
