namespace TaskProcessing.Server.Nextclouds;

/// <summary>How many claimed tasks of a connection have not ended.</summary>
/// <param name="NextcloudId">The connection.</param>
/// <param name="Waiting">Those that no worker has: files are fetched, or they wait in the queue.</param>
/// <param name="Running">Those that a worker has.</param>
/// <param name="Finishing">Those whose result is on its way there.</param>
/// <param name="OldestResultSince">The time since which the oldest of those results is on its way; null without one.</param>
internal sealed record NextcloudLoad(string NextcloudId, int Waiting, int Running, int Finishing, DateTimeOffset? OldestResultSince)
{
    public int All => Waiting + Running + Finishing;
}
