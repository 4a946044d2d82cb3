using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>Takes a claimed task into the local queue: fetches its files, and schedules it for a user of its own.</summary>
internal sealed class TakeTask(
    INextcloudTaskStore claimed,
    ITaskStore tasks,
    ScheduleTask scheduleTask,
    ReceiveFile receiveFile,
    CurrentTaskTypes taskTypes,
    IOptions<FilesOptions> filesOptions,
    TimeProvider time
)
{
    /// <summary>A file on which nothing comes for so long is asked for again.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>Moves the row to scheduled, or to finishing with an error.</summary>
    /// <param name="held">Its connection.</param>
    /// <param name="task">The row.</param>
    /// <param name="isResumed">True when another run may have scheduled it.</param>
    /// <param name="mayWait">True while a type that is not served now is waited for.</param>
    /// <param name="cancellationToken">Ends the work; the row stays as far as it is.</param>
    /// <exception cref="NotServedException">No provider serves the type now.</exception>
    public async Task RunAsync(HeldNextcloud held, NextcloudTask task, bool isResumed, bool mayWait, CancellationToken cancellationToken)
    {
        if (task.LocalInput is null)
        {
            if (taskTypes.Current.Find(task.Type) is not { } type)
            {
                await NotServedAsync(held, task, mayWait);
                return;
            }

            if (await FetchAsync(held, task, type, cancellationToken) is { } failure)
            {
                await FailAsync(held, task, failure);
                return;
            }
        }
        else if (isResumed && await FindScheduledAsync(task, cancellationToken) is { } known)
        {
            await ScheduledAsync(held, task, known);
            return;
        }

        var outcome = await scheduleTask.RunAsync(Request(task), cancellationToken);
        switch (outcome)
        {
            case ScheduleOutcome.Scheduled scheduled:
                await ScheduledAsync(held, task, scheduled.Task.Id);
                break;
            case ScheduleOutcome.NotAvailable or ScheduleOutcome.UnknownType:
                await NotServedAsync(held, task, mayWait);
                break;
            default:
                await FailAsync(held, task, Words(outcome));
                break;
        }
    }

    private async Task<NextcloudFailure?> FetchAsync(
        HeldNextcloud held,
        NextcloudTask task,
        AvailableTaskType type,
        CancellationToken cancellationToken
    )
    {
        var input = JsonElement.Parse(task.Input);
        // What is no file id is left to the check of the input.
        if (ShapeCheck.InputProblem(type.Input, input, int.MaxValue) is { } problem)
            return Misfit(problem);

        var named = FileSlots.Ids(type.Input, input);
        if (named.Count > filesOptions.Value.MaxFilesPerTask)
            return Misfit($"A task may name {filesOptions.Value.MaxFilesPerTask} files, not {named.Count}.");

        var ids = new Dictionary<long, long>();
        foreach (var id in named)
        {
            var (local, failure) = await FetchAsync(held, task, id, cancellationToken);
            if (failure is not null)
                return failure;
            ids[id] = local;
        }

        var localInput = FileSlots.Replace(input, FileSlots.Of(type.Input), ids);
        HoldException.ThrowUnless(await claimed.TrySaveInputAsync(task.Id, held.Holder, localInput, CancellationToken.None));
        task.LocalInput = localInput;
        return null;
    }

    private Task<(long Id, NextcloudFailure? Failure)> FetchAsync(
        HeldNextcloud held,
        NextcloudTask task,
        long fileId,
        CancellationToken cancellationToken
    ) =>
        held.TransferAsync<(long, NextcloudFailure?)>(
            async (client, token) =>
            {
                if (await client.Transfers.OpenFileAsync(task.ToClaimed(), fileId, token) is not { } content)
                    return (0, NextcloudFailure.Of("A file of the input is no longer there."));

                await using var patient = new IdleTimeoutStream(content, LongestSilence, time);
                try
                {
                    return await receiveFile.RunAsync(patient, $"{fileId}", token) is { } local
                        ? (local, null)
                        : (0, NextcloudFailure.Of("A file of the input is larger than the provider takes."));
                }
                catch (Exception broken) when (broken is TimeoutException or HttpRequestException or HttpIOException)
                {
                    throw new OcsException($"File {fileId} broke off: {broken.Message}", broken);
                }
            },
            cancellationToken
        );

    private async Task<long?> FindScheduledAsync(NextcloudTask task, CancellationToken cancellationToken)
    {
        var owner = LocalOwner.Of(task.NextcloudId, task.RemoteUser);
        var found = await tasks.ListHeadsAsync(
            new TaskQuery
            {
                Owner = owner,
                CustomId = task.Key,
                Page = new TaskPage(1),
            },
            cancellationToken
        );
        return found is [var known] ? known.Id : null;
    }

    private async Task NotServedAsync(HeldNextcloud held, NextcloudTask task, bool mayWait)
    {
        if (mayWait)
            throw new NotServedException();

        await FailAsync(
            held,
            task,
            new NextcloudFailure(
                $"No provider serves {task.Type} at the moment.",
                "No provider is there for this kind of task at the moment. Please try again later."
            )
        );
    }

    private async Task ScheduledAsync(HeldNextcloud held, NextcloudTask task, long taskId)
    {
        HoldException.ThrowUnless(await claimed.TryScheduledAsync(task.Id, held.Holder, taskId, CancellationToken.None));
        (task.State, task.TaskId) = (NextcloudTaskState.Scheduled, taskId);
    }

    private async Task FailAsync(HeldNextcloud held, NextcloudTask task, NextcloudFailure failure)
    {
        HoldException.ThrowUnless(await claimed.TryFinishingAsync(task.Id, held.Holder, failure, time.GetUtcNow(), CancellationToken.None));
        task.Finish(failure, time.GetUtcNow());
    }

    private static ScheduleRequest Request(NextcloudTask task)
    {
        var input = JsonElement.Parse(task.LocalInput!);
        return new ScheduleRequest(
            LocalOwner.Of(task.NextcloudId, task.RemoteUser),
            task.Type,
            task.AppId.Length > ProcessingTaskLimits.AppId ? task.AppId[..ProcessingTaskLimits.AppId] : task.AppId,
            input
        )
        {
            CustomId = task.Key,
            IdempotencyKey = task.Key,
            KeyAlwaysCounts = true,
            // Those among them that this server fetched; no other file is without an owner.
            ReceivedFiles = ShapeValue.WholeNumbers(input),
            IncludeWatermark = task.IncludeWatermark,
            PreferStreaming = task.PreferStreaming,
            Actor = $"Nextcloud {task.NextcloudId}",
        };
    }

    private static NextcloudFailure Words(ScheduleOutcome outcome) =>
        outcome switch
        {
            ScheduleOutcome.Invalid invalid => Misfit(invalid.Reason),
            ScheduleOutcome.TooManyQueued many => NextcloudFailure.Of(many.Reason),
            ScheduleOutcome.FilesForbidden files => Misfit(files.Reason),
            _ => new NextcloudFailure(
                $"The task could not be scheduled: {outcome.GetType().Name}.",
                "The task could not be scheduled. Please try again."
            ),
        };

    private static NextcloudFailure Misfit(string reason) =>
        new($"The input does not fit the provider: {reason}", "The provider cannot work with this input.");
}

/// <summary>No provider serves the type of a task now; one may come.</summary>
internal sealed class NotServedException() : Exception("No provider serves the type now.");

/// <summary>Another node holds the connection by now.</summary>
internal sealed class HoldException() : OperationCanceledException("Another node works for the connection.")
{
    public static void ThrowUnless(bool held)
    {
        if (!held)
            throw new HoldException();
    }
}
