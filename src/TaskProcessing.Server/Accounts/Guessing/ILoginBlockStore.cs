namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>Keeps the list of blocks, so that commands beside a running server see and lift them.</summary>
internal interface ILoginBlockStore
{
    Task AddAsync(IReadOnlyCollection<LoginBlock> blocks, CancellationToken cancellationToken);

    /// <summary>All stored blocks, the oldest first, ended ones included.</summary>
    Task<IReadOnlyList<LoginBlock>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes blocks and makes running servers drop them.</summary>
    Task LiftAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken);

    /// <summary>Removes blocks that no server holds any more.</summary>
    Task RemoveAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken);
}
