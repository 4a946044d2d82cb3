using System.Net;

namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>Lifts blocks; running servers let go within a second.</summary>
internal sealed class LiftBlocks(ILoginBlockStore blocks, IGuessCounter guesses, TimeProvider time)
{
    /// <param name="place">An address, or a network as <see cref="LoginBlock.Network"/> has it; null for all.</param>
    /// <param name="name">Only the block on this name; null for those on all names too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was lifted, one for each address and name.</returns>
    public async Task<IReadOnlyList<LoginBlock>> RunAsync(string? place, string? name, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var lifted = (await blocks.ListAsync(cancellationToken))
            .Where(block => block.EndsAt > now)
            .Where(block => (place is null || IsIn(block.Network, place)) && (name is null || IsOf(block.Name, name)))
            .ToList();
        // Counts that are in the database go first: the servers look there when they hear that rows are gone.
        foreach (var block in lifted.Where(_ => guesses.IsShared))
            await guesses.LiftAsync(block.Network, block.Name, cancellationToken);
        if (lifted.Count > 0)
            await blocks.LiftAsync([.. lifted.Select(block => block.Id)], cancellationToken);
        return [.. ListBlocks.Merged(lifted)];
    }

    private static bool IsIn(string network, string place) =>
        network == place
        || (
            IPNetwork.TryParse(network, out var parsed)
            && IPAddress.TryParse(place, out var address)
            && parsed.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
        );

    private static bool IsOf(string? blocked, string name) =>
        blocked is not null && (blocked == name || blocked == LoginName.Key(name) || blocked == GuessedName.OfApp(name));
}
