using TaskProcessing.Server.Files.Blobs;

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
internal sealed partial class Caretaker(IEnumerable<ICaretakerDuty> duties, IDutyCalendar calendar, TimeProvider time, ILogger<Caretaker> logger) : IRound
{
    private readonly Dictionary<string, DateTimeOffset> _notBefore = [];

    public string Purpose => "look after duties";

    public TimeSpan Rest => TimeSpan.FromSeconds(15);

    /// <summary>Does what is due.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var duty in duties)
        {
            try
            {
                var now = time.GetUtcNow();
                if (_notBefore.GetValueOrDefault(duty.Name) > now || !await calendar.TryTakeAsync(duty.Name, now, now + duty.Interval, cancellationToken))
                    continue;

                // Whoever took it last knows when it is due again, and need not ask.
                _notBefore[duty.Name] = now + duty.Interval;
                await duty.RunAsync(cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                // Said once, by Outages. The next look comes soon.
                return;
            }
            catch (BlobStoreUnavailableException)
            {
                // Said once too; other duties need no files.
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Failed(logger, error, duty.Name, duty.Interval);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The duty \"{Duty}\" could not be done; trying again in {Interval}")]
        public static partial void Failed(ILogger logger, Exception error, string duty, TimeSpan interval);
    }
}
