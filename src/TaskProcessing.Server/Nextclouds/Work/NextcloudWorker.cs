using System.Collections.Concurrent;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>Runs the work for each connection as long as there is the connection.</summary>
internal sealed class NextcloudWorker(NextcloudDirectory directory, WorkForNextcloud workForNextcloud) : BackgroundService
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
                        _running[known.Id] = workForNextcloud.RunAsync(known.Id, stoppingToken);
                }

                await changed.WaitAsync(stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(_running.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
