using System.Collections.Concurrent;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>The tasks of a held connection that are under way in this process, each with one handler.</summary>
internal sealed class RunningTasks(HeldNextcloud held, INextcloudTaskStore claimed, WorkOnTask workOnTask, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<long, Task> _handlers = new();
    private readonly AsyncSignal _ended = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count => _handlers.Count;

    /// <summary>Completes when the next handler has ended.</summary>
    public Task OneEnded => _ended.Task;

    /// <summary>Fails with the first handler that does; none fails for the Nextcloud's sake, or for the database's.</summary>
    public Task Failure => _failed.Task;

    /// <summary>Begins a handler, unless the task has one.</summary>
    public void Begin(NextcloudTask task, bool isResumed)
    {
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_handlers.TryAdd(task.Id, HandleAsync(begin.Task, task, isResumed)))
            begin.SetResult();
    }

    /// <summary>Waits until all have stopped.</summary>
    public Task StopAsync() => Task.WhenAll(_handlers.Values);

    private async Task HandleAsync(Task begin, NextcloudTask task, bool isResumed)
    {
        await begin;
        try
        {
            // Its handler may have ended it since it was read; a result must not be told again.
            var row = isResumed ? await ReadAsync(task) : task;
            if (row is not null)
                await workOnTask.RunAsync(held, row, isResumed, stopping);
        }
        catch (StoreUnavailableException)
        {
            // The next reading begins with it again.
        }
        catch (OperationCanceledException)
        {
            // The row says how far it is; whoever holds the connection next goes on.
        }
        catch (Exception error)
        {
            _failed.TrySetException(error);
        }
        finally
        {
            _handlers.TryRemove(task.Id, out _);
            _ended.Pulse();
        }
    }

    /// <summary>The row as it is now, while no other handler can change it; null when it has ended.</summary>
    private async Task<NextcloudTask?> ReadAsync(NextcloudTask task) =>
        (await claimed.ListAsync(task.NextcloudId, [task.RemoteId], stopping)).SingleOrDefault(row =>
            row.Id == task.Id && row.State != NextcloudTaskState.Ended
        );
}
