using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks;

/// <summary>Puts a task into the queue, once its type is available, its input fits and its files are the owner's.</summary>
internal sealed class ScheduleTask(
    AvailableTaskTypes taskTypes, IFileStore files, ITaskStore tasks, TaskSignal signal, IOptions<TaskTypeOptions> options, TimeProvider time)
{
    public async Task<ScheduleOutcome> RunAsync(ScheduleRequest request, CancellationToken cancellationToken)
    {
        var catalogue = taskTypes.Current;
        if (catalogue.Find(request.Type) is not { } type)
        {
            return catalogue.Knows(request.Type)
                ? new ScheduleOutcome.NotAvailable()
                : new ScheduleOutcome.UnknownType(catalogue.Nearest(request.Type, count: 3));
        }

        if (request.TooLong() is { } tooLong)
            return new ScheduleOutcome.Invalid(tooLong);
        if (ShapeCheck.InputMisfit(type.Input, request.Input, options.Value.MaxTextBytes) is { } misfit)
            return new ScheduleOutcome.Invalid(misfit);
        if (await RefuseFilesAsync(type, request, cancellationToken) is { } refusal)
            return refusal;

        var now = time.GetUtcNow();
        var task = new ProcessingTask
        {
            Type = type.Type.Id,
            Status = ProcessingStatus.Scheduled,
            UserId = request.Owner.UserId,
            GuestAddress = request.Owner.GuestAddress,
            AppId = request.AppId,
            Input = ShapeCheck.Fill(type.Input, request.Input),
            CustomId = request.CustomId,
            WebhookUri = request.WebhookUri,
            WebhookMethod = request.WebhookMethod,
            IncludeWatermark = request.IncludeWatermark,
            PreferStreaming = request.PreferStreaming,
            ProjectId = request.ProjectId,
            ScheduledAt = now,
            LastUpdated = now,
            CompletionExpectedAt = now + type.Provider.ExpectedRuntime,
        };
        await tasks.AddAsync(task, cancellationToken);
        signal.RaiseScheduled(task.Type);
        return new ScheduleOutcome.Scheduled(task);
    }

    private async Task<ScheduleOutcome?> RefuseFilesAsync(AvailableTaskType type, ScheduleRequest request, CancellationToken cancellationToken)
    {
        foreach (var value in ShapeCheck.FileValues(type.Input, request.Input))
        {
            if (request.Owner.UserId is null)
                return new ScheduleOutcome.FilesForbidden("Cannot schedule task with files referenced without user context");
            if (ShapeValue.FileId(value) is not { } id || await files.FindAsync(id, cancellationToken) is not { DeletedAt: null } file)
                return new ScheduleOutcome.Invalid($"Could not find file {value}");
            if (file.IsFolder)
                return new ScheduleOutcome.Invalid($"File with id \"{id}\" is not a file");
            if (file.UserId != request.Owner.UserId)
                return new ScheduleOutcome.FilesForbidden("User does not have access to the files mentioned in the task input");
        }

        return null;
    }
}

/// <summary>What a client asks for. <see cref="Input"/> is a JSON object, or an array for an empty input.</summary>
internal sealed record ScheduleRequest(TaskOwner Owner, string Type, string AppId, JsonElement Input)
{
    public string CustomId { get; init; } = "";

    public string? WebhookUri { get; init; }

    public string? WebhookMethod { get; init; }

    public bool IncludeWatermark { get; init; } = true;

    public bool PreferStreaming { get; init; }

    /// <summary>The project that a pipeline works for; 0 without one.</summary>
    public int ProjectId { get; init; }

    /// <summary>Which text is longer than the store keeps; null when none is.</summary>
    public string? TooLong()
    {
        ReadOnlySpan<(string Name, string? Value, int Limit)> texts =
        [
            ("appId", AppId, ProcessingTaskLimits.AppId),
            ("customId", CustomId, ProcessingTaskLimits.CustomId),
            ("webhookUri", WebhookUri, ProcessingTaskLimits.WebhookUri),
            ("webhookMethod", WebhookMethod, ProcessingTaskLimits.WebhookMethod),
        ];
        foreach (var (name, value, limit) in texts)
        {
            if (value?.Length > limit)
                return $"\"{name}\" is too long, the maximum length is {limit} characters";
        }

        return null;
    }
}

/// <summary>How long the texts of a task may be, in characters; Nextcloud's table has the same limits.</summary>
internal static class ProcessingTaskLimits
{
    public const int Type = 255;
    public const int UserId = 64;
    public const int AppId = 64;
    public const int CustomId = 255;
    public const int WebhookUri = 4000;
    public const int WebhookMethod = 64;

    /// <summary>In UTF-8 bytes; longer error messages are cut.</summary>
    public const int ErrorMessageBytes = 4000;
}

/// <summary>What came of <see cref="ScheduleTask"/>.</summary>
internal abstract record ScheduleOutcome
{
    private ScheduleOutcome()
    {
    }

    /// <summary>The task waits for a worker.</summary>
    public sealed record Scheduled(ProcessingTask Task) : ScheduleOutcome;

    /// <summary>There is no such task type; these look like it.</summary>
    public sealed record UnknownType(IReadOnlyList<string> Nearest) : ScheduleOutcome;

    /// <summary>Nobody serves the task type now, or it is disabled.</summary>
    public sealed record NotAvailable : ScheduleOutcome;

    /// <summary>The input does not fit; the reason names the slot.</summary>
    public sealed record Invalid(string Reason) : ScheduleOutcome;

    /// <summary>The input names files that are not the owner's.</summary>
    public sealed record FilesForbidden(string Reason) : ScheduleOutcome;
}
