using System.Collections.Concurrent;
using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>Runs the work for each connection as long as there is the connection.</summary>
internal sealed partial class NextcloudRunner(
    NextcloudDirectory directory,
    KeepOffer keepOffer,
    WorkForNextcloud workForNextcloud,
    ILogger<NextcloudRunner> logger
) : BackgroundService
{
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
        try
        {
            await Task.WhenAll(keepOffer.RunAsync(id, stoppingToken), workForNextcloud.RunAsync(id, stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        catch (Exception error)
        {
            Log.Failed(logger, error, id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The work for Nextcloud {Id} has ended; it begins again when a connection changes")]
        public static partial void Failed(ILogger logger, Exception error, string id);
    }
}
