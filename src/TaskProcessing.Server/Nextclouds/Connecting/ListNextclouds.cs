namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Lists the connections with their states and their work; from the store, for any process.</summary>
internal sealed class ListNextclouds(INextcloudStore store)
{
    /// <returns>By id.</returns>
    public async Task<IReadOnlyList<ListedNextcloud>> RunAsync(CancellationToken cancellationToken)
    {
        var loads = (await store.ListLoadAsync(cancellationToken)).ToDictionary(load => load.NextcloudId);
        return
        [
            .. (await store.ListAsync(cancellationToken)).Select(connection => new ListedNextcloud(
                connection,
                NextcloudCondition.Describe(connection),
                loads.GetValueOrDefault(connection.Id) ?? new NextcloudLoad(connection.Id, 0, 0, 0, OldestResultSince: null)
            )),
        ];
    }
}

/// <param name="Connection">The connection.</param>
/// <param name="State">The state in a few words; <see cref="NextcloudCondition.Well"/> when nothing is wrong.</param>
/// <param name="Load">Its work.</param>
internal sealed record ListedNextcloud(Nextcloud Connection, string State, NextcloudLoad Load);
