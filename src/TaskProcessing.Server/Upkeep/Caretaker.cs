namespace TaskProcessing.Server.Upkeep;

/// <summary>Something that has to be done from time to time, by one node for all. Doing it twice is harmless.</summary>
internal interface ICaretakerDuty
{
    /// <summary>Its name in the calendar; never changes.</summary>
    string Name { get; }

    TimeSpan Interval { get; }

    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>Does the duties that are due and that no other node has taken.</summary>
internal sealed partial class Caretaker(IEnumerable<ICaretakerDuty> duties, IDutyCalendar calendar, TimeProvider time, ILogger<Caretaker> logger) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(15);

    /// <summary>Does what is due.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var duty in duties)
        {
            try
            {
                var now = time.GetUtcNow();
                if (await calendar.TryTakeAsync(duty.Name, now, now + duty.Interval, cancellationToken))
                    await duty.RunAsync(cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                // Said once, by Outages. The next look comes soon.
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Failed(logger, error, duty.Name, duty.Interval);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await LookAsync(stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The duty \"{Duty}\" could not be done; trying again in {Interval}")]
        public static partial void Failed(ILogger logger, Exception error, string duty, TimeSpan interval);
    }
}
