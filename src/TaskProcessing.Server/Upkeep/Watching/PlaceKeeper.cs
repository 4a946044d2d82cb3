using TaskProcessing.Server.Accounts.Connections;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>Gives places for waiting back that this server has taken and does not use, and says that the server is there.</summary>
internal sealed class PlaceKeeper(SharedPlaces places, IPlaceStore store) : IPeriodicJob
{
    public string Purpose => "keep the places for waiting";

    public TimeSpan Interval => TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!places.HasTaken)
            return;

        // In this order: it also removes the rows of holders without places, and the last one may just have been given back.
        await places.GiveUnusedBackAsync(cancellationToken);
        await store.StayAsync(cancellationToken);
    }
}
