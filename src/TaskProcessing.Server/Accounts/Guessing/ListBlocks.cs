namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>Tells which address is refused for which name, on any server.</summary>
internal sealed class ListBlocks(ILoginBlockStore blocks, TimeProvider time)
{
    /// <returns>One for each address and name, the one that ends last; the oldest first.</returns>
    public async Task<IReadOnlyList<LoginBlock>> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return [.. Merged((await blocks.ListAsync(cancellationToken)).Where(block => block.EndsAt > now))];
    }

    /// <summary>Several servers may hold the same one.</summary>
    public static IEnumerable<LoginBlock> Merged(IEnumerable<LoginBlock> blocks) =>
        blocks.GroupBy(block => (block.Network, block.Name)).Select(same => same.MaxBy(block => block.EndsAt)!);
}
