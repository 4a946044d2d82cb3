namespace TaskProcessing.Server.Nextclouds;

/// <summary>How many claimed tasks of a connection have not ended.</summary>
/// <param name="NextcloudId">The connection.</param>
/// <param name="Waiting">Those that no worker has: files are fetched, or they wait in the queue.</param>
/// <param name="Running">Those that a worker has.</param>
/// <param name="Finishing">Those whose result is on its way there.</param>
internal sealed record NextcloudLoad(string NextcloudId, int Waiting, int Running, int Finishing)
{
    public int All => Waiting + Running + Finishing;
}
