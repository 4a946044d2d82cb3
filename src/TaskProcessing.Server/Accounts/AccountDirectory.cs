using System.Collections.Concurrent;

namespace TaskProcessing.Server.Accounts;

/// <summary>The accounts that provider apps act for, kept in memory while no account changes: every call of an app needs one.</summary>
internal sealed class AccountDirectory(IAccountStore accounts)
{
    private const int Capacity = 10_000;

    private ConcurrentDictionary<string, Account> _accounts = new();

    public async ValueTask<Account?> FindAsync(string id, CancellationToken cancellationToken)
    {
        // A row that is read before a change goes into the dictionary from before the change.
        var known = Volatile.Read(ref _accounts);
        if (known.TryGetValue(id, out var account))
            return account;
        if (await accounts.FindAsync(id, cancellationToken) is not { } found)
            return null;

        if (known.Count >= Capacity)
            known.Clear();
        return known[id] = found;
    }

    public void Clear() => Volatile.Write(ref _accounts, new());
}
