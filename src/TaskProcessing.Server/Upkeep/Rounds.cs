namespace TaskProcessing.Server.Upkeep;

/// <summary>Something that is looked after again and again as long as the server runs.</summary>
internal interface IRound
{
    /// <summary>What a look does, for the log: "Could not …".</summary>
    string Purpose { get; }

    /// <summary>How long to rest before the next look.</summary>
    TimeSpan Rest { get; }

    Task LookAsync(CancellationToken cancellationToken);
}

/// <summary>Goes all the rounds, each in its own time. One that fails is tried again after its rest, and says so once per outage.</summary>
internal sealed partial class Rounds(IEnumerable<IRound> rounds, TimeProvider time, ILogger<Rounds> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(rounds.Select(round => GoAsync(round, stoppingToken)));

    private async Task GoAsync(IRound round, CancellationToken cancellationToken)
    {
        var failing = false;
        while (true)
        {
            await Task.Delay(round.Rest, time, cancellationToken);
            try
            {
                await round.LookAsync(cancellationToken);
                failing = false;
            }
            catch (StoreUnavailableException)
            {
                // Said once, by Outages, for all rounds and requests.
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                if (!failing)
                    Log.Failed(logger, error, round.Purpose);
                failing = true;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not {Purpose}; trying again")]
        public static partial void Failed(ILogger logger, Exception error, string purpose);
    }
}
