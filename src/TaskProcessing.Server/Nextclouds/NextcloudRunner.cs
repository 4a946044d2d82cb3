using System.Collections.Concurrent;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Runs the work for each connection as long as there is the connection. What fails unexpectedly begins again after a pause that grows,
/// and logs once for any number of failures in a row.
/// </summary>
internal sealed partial class NextcloudRunner(
    NextcloudDirectory directory,
    WorkForNextcloud workForNextcloud,
    NextcloudPace pace,
    TimeProvider time,
    ILogger<NextcloudRunner> logger
) : BackgroundService
{
    /// <summary>Work that went well for as long as this has recovered.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Task> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var changed = directory.Changed.Task;
                foreach (var known in directory.Current)
                {
                    if (!_running.TryGetValue(known.Id, out var running) || running.IsCompleted)
                        _running[known.Id] = RunAsync(known.Id, stoppingToken);
                }

                await changed.WaitAsync(stoppingToken);
            }
        }
        finally
        {
            // A poll that is under way gets its answer first: a task may be handed out with it.
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task RunAsync(string id, CancellationToken stoppingToken)
    {
        var failing = new Backoff(pace.Retry, LongestPause);
        var isKnown = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await workForNextcloud.RunAsync(id, stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (time.GetElapsedTime(began) >= LongestPause)
                {
                    failing.Reset();
                    isKnown = false;
                }

                if (!isKnown)
                    Log.Failed(logger, error, id);
                isKnown = true;
            }

            await Task.Delay(failing.Next(), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Nextcloud {Id}: the work for it has failed; trying again, after longer and longer pauses")]
        public static partial void Failed(ILogger logger, Exception error, string id);
    }
}
