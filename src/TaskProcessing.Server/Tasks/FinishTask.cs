using System.Text;
using System.Text.Json;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Ends a task with what a worker answers. The first result wins: what comes after it, or after a cancel, changes
/// nothing. An output that does not fit the task type fails the task.
/// </summary>
internal sealed class FinishTask(AvailableTaskTypes taskTypes, IFileStore files, ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    public async Task<ReportOutcome> RunAsync(long id, FinishRequest result, CancellationToken cancellationToken)
    {
        if (result is { Output: null, ErrorMessage: null })
            return await tasks.FindAsync(id, cancellationToken) is null ? new ReportOutcome.NotFound() : new ReportOutcome.Empty();

        if (result.ErrorMessage is { } error)
            return await EndAsync(id, Failure(error, result.UserFacingErrorMessage), cancellationToken);

        if (await tasks.FindAsync(id, cancellationToken) is not { } task)
            return new ReportOutcome.NotFound();

        return await EndAsync(id, await EndingAsync(task, result.Output!.Value, cancellationToken), cancellationToken);
    }

    private static TaskEnding Failure(string error, string? userFacing) => new(TaskTransition.Fail)
    {
        ErrorMessage = Cut(error),
        UserFacingErrorMessage = userFacing is null ? null : Cut(userFacing),
    };

    private static TaskEnding Misfit(string reason) => new(TaskTransition.Fail)
    {
        Progress = 1,
        ErrorMessage = Cut($"The task was processed, but its output does not fit the task type: {reason}"),
    };

    /// <summary>Without the type's shape (its provider is gone by now) there is nothing to check against, and the work is not thrown away.</summary>
    private async Task<TaskEnding> EndingAsync(ProcessingTask task, JsonElement output, CancellationToken cancellationToken)
    {
        if (taskTypes.Current.Find(task.Type) is not { } type)
            return new TaskEnding(TaskTransition.Succeed) { Output = output.GetRawText(), Progress = 1 };
        if (ShapeCheck.OutputMisfit(type.Output, output) is { } misfit)
            return Misfit(misfit);

        foreach (var value in ShapeCheck.FileValues(type.Output, output))
        {
            if (ShapeValue.FileId(value) is not { } id || await files.FindAsync(id, cancellationToken) is not { IsFolder: false, DeletedAt: null } file || !FindTaskFile.IsOf(task, file))
                return Misfit($"file {value} does not exist");
        }

        return new TaskEnding(TaskTransition.Succeed) { Output = ShapeCheck.Fill(type.Output, output), Progress = 1 };
    }

    private async Task<ReportOutcome> EndAsync(long id, TaskEnding ending, CancellationToken cancellationToken)
    {
        var change = await tasks.TryFinishAsync(id, ending, time.GetUtcNow(), cancellationToken);
        if (change.Changed)
            signal.RaiseChanged(id);

        return ReportOutcome.Of(change);
    }

    private static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= ProcessingTaskLimits.ErrorMessageBytes)
            return text;

        Encoding.UTF8.GetEncoder().Convert(text, new byte[ProcessingTaskLimits.ErrorMessageBytes], flush: false, out var characters, out _, out _);
        return text[..characters];
    }
}

/// <summary>What a worker answers: an output (a JSON object), or an error, which wins over it.</summary>
internal sealed record FinishRequest(JsonElement? Output, string? ErrorMessage, string? UserFacingErrorMessage);
