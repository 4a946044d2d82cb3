using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Files;

/// <summary>
/// Finds a file through a task. A task opens only what stands in its file slots, and of that only files of its owner
/// and its own result files: an id that somebody wrote into it opens nothing else.
/// </summary>
internal sealed class FindTaskFile(AvailableTaskTypes taskTypes, ITaskStore tasks, IFileStore files)
{
    /// <param name="taskId">The task.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="owner">Whose the task must be; null for providers, who work on anybody's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The file; null when there is none, or it is no business of the caller's.</returns>
    public async Task<StoredFile?> RunAsync(long taskId, long fileId, TaskOwner? owner, CancellationToken cancellationToken)
    {
        if (await tasks.FindAsync(taskId, cancellationToken) is not { } task || (owner is { } mine && task.Owner != mine))
            return null;
        if (await files.FindAsync(fileId, cancellationToken) is not { IsFolder: false } file || !IsOf(task, file))
            return null;
        if (file.DeletedAt is not null && task.Status is not (ProcessingStatus.Scheduled or ProcessingStatus.Running))
            return null;

        return taskTypes.Current.Find(task.Type) is { } type && Names(type, task, file, isProvider: owner is null) ? file : null;
    }

    /// <summary>Whether a task may have anything to do with a file.</summary>
    public static bool IsOf(ProcessingTask task, StoredFile file) =>
        file.TaskId is { } taskId ? taskId == task.Id : file.UserId is not null && file.UserId == task.UserId;

    /// <summary>
    /// A provider writes the output itself: if any file of the owner in it were open to the provider, a task would open
    /// them all. So it gets what the input names, and result files.
    /// </summary>
    private static bool Names(AvailableTaskType type, ProcessingTask task, StoredFile file, bool isProvider) =>
        Names(type.Input, task.Input, file.Id)
        || (task.Output is { } output && (file.TaskId is not null || !isProvider) && Names(type.Output, output, file.Id));

    private static bool Names(Shape shape, string values, long fileId) =>
        ShapeCheck.FileValues(shape, JsonElement.Parse(values)).Any(value => ShapeValue.FileId(value) == fileId);
}
