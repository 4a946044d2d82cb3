using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>
/// Puts a task into the queue, once its type is available, its input fits and its files are the owner's. A request that
/// comes again with the same key gets the task of the first one.
/// </summary>
internal sealed class ScheduleTask(
    CurrentTaskTypes taskTypes,
    IFileStore files,
    ITaskStore tasks,
    LeaseTerms leases,
    TaskSignal signal,
    TaskTelemetry telemetry,
    IOptions<TaskTypeOptions> options,
    IOptions<QueueOptions> queue,
    IOptions<FilesOptions> filesOptions,
    TimeProvider time
)
{
    public async Task<ScheduleOutcome> RunAsync(ScheduleRequest request, CancellationToken cancellationToken)
    {
        using var span = TaskTraces.Schedule(request.Type);
        var outcome = await TryAsync(request, cancellationToken);
        telemetry.Answered(outcome, span);
        return outcome;
    }

    private async Task<ScheduleOutcome> TryAsync(ScheduleRequest request, CancellationToken cancellationToken)
    {
        // First of all, so that a repeat gets its task even if the request would be refused by now.
        var key =
            queue.Value.IdempotencyHours > 0 || request.KeyAlwaysCounts
                ? IdempotencyKey.Of(request, time.GetUtcNow(), queue.Value.KeyLifetime)
                : null;
        if (key is not null && await tasks.FindByKeyAsync(key, cancellationToken) is { } known)
            return known.SameRequest ? new ScheduleOutcome.Scheduled(known.Task) : new ScheduleOutcome.KeyReused();

        var catalogue = taskTypes.Current;
        if (catalogue.Find(request.Type) is not { } type)
        {
            return catalogue.Knows(request.Type)
                ? new ScheduleOutcome.NotAvailable()
                : new ScheduleOutcome.UnknownType(catalogue.Nearest(request.Type, count: 3));
        }

        if (request.TooLong() is { } tooLong)
            return new ScheduleOutcome.Invalid(tooLong);
        if (request.Priority is < ProcessingTaskLimits.LowestPriority or > ProcessingTaskLimits.HighestPriority)
            return new ScheduleOutcome.Invalid(
                $"\"priority\" must be from {ProcessingTaskLimits.LowestPriority} to {ProcessingTaskLimits.HighestPriority}"
            );
        if (request.Priority > 0 && !request.IsAdmin && !queue.Value.PriorityApps.Contains(request.CallingApp ?? ""))
            return new ScheduleOutcome.PriorityForbidden();
        if (ShapeCheck.InputProblem(type.Input, request.Input, options.Value.MaxTextBytes) is { } problem)
            return new ScheduleOutcome.Invalid(problem);
        if (await RefuseFilesAsync(type, request, cancellationToken) is { } refusal)
            return refusal;
        if (await RefuseMoreAsync(request, cancellationToken) is { } tooMany)
            return tooMany;

        var now = time.GetUtcNow();
        var task = new ProcessingTask
        {
            Type = type.Type.Id,
            Status = ProcessingStatus.Scheduled,
            UserId = request.Owner.UserId,
            GuestAddress = request.Owner.GuestAddress,
            AppId = request.AppId,
            Input = ShapeCheck.FillInput(type.Input, request.Input),
            CustomId = request.CustomId,
            WebhookUri = request.WebhookUri,
            WebhookMethod = request.WebhookMethod,
            IncludeWatermark = request.IncludeWatermark,
            PreferStreaming = request.PreferStreaming,
            ScheduledAt = now,
            LastUpdated = now,
            CompletionExpectedAt = now + type.Provider.ExpectedRuntime,
            Priority = request.Priority,
            ProjectId = request.ProjectId,
            LeaseSeconds = leases.SecondsFor(type),
            TraceParent = TaskTraces.Current(request.TraceParent),
            History = TaskHistory.Line(now, TaskHistory.Scheduled, request.Actor, request.AppId),
        };
        if (key is null)
            await tasks.AddAsync(task, cancellationToken);
        else if (await tasks.AddOnceAsync(task, key, request.ReceivedFiles, cancellationToken) is { } first)
            return first.SameRequest ? new ScheduleOutcome.Scheduled(first.Task) : new ScheduleOutcome.KeyReused();

        telemetry.Scheduled(task);
        signal.RaiseScheduled(task, wakeWorker: key is not null);
        return new ScheduleOutcome.Scheduled(task);
    }

    private async Task<ScheduleOutcome?> RefuseMoreAsync(ScheduleRequest request, CancellationToken cancellationToken)
    {
        if (
            queue.Value.MaxQueuedPerUser is { } perUser
            && request.Owner != TaskOwner.None
            && await tasks.CountScheduledAsync(request.Party, appId: null, perUser, cancellationToken) >= perUser
        )
        {
            return new ScheduleOutcome.TooManyQueued(
                $"You have {perUser} waiting tasks already, which is as many as one may have. Please try again when some of them are done."
            );
        }

        if (
            queue.Value.MaxQueuedPerApp is { } perApp
            && await tasks.CountScheduledAsync(party: null, request.AppId, perApp, cancellationToken) >= perApp
        )
            return new ScheduleOutcome.TooManyQueued(
                $"The app \"{request.AppId}\" has {perApp} waiting tasks already, which is as many as an app may have. "
                    + "Please try again when some of them are done."
            );

        return null;
    }

    private async Task<ScheduleOutcome?> RefuseFilesAsync(
        AvailableTaskType type,
        ScheduleRequest request,
        CancellationToken cancellationToken
    )
    {
        var named = ShapeCheck.FileValues(type.Input, request.Input);
        if (named.Count > filesOptions.Value.MaxFilesPerTask)
            return new ScheduleOutcome.Invalid($"A task may name {filesOptions.Value.MaxFilesPerTask} files, not {named.Count}");

        if (named.Count > 0 && request.Owner.UserId is null)
            return new ScheduleOutcome.FilesForbidden("Cannot schedule task with files referenced without user context");

        var found = await files.FindAsync(named.Select(ShapeValue.FileId).OfType<long>(), cancellationToken);
        foreach (var value in named)
        {
            if (ShapeValue.FileId(value) is not { } id || found.GetValueOrDefault(id) is not { DeletedAt: null } file)
                return new ScheduleOutcome.Invalid($"Could not find file {value}");
            if (file.IsFolder)
                return new ScheduleOutcome.Invalid($"File with id \"{id}\" is not a file");
            if (request.ReceivedFiles.Contains(id) && file is { UserId: null, TaskId: null })
                continue;
            if (file.UserId != request.Owner.UserId)
                return new ScheduleOutcome.FilesForbidden("User does not have access to the files mentioned in the task input");
        }

        return null;
    }
}
