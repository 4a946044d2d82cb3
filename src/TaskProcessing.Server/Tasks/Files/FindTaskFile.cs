using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Files;

/// <summary>
/// Finds a file through a task. A task gives access only to the ids in its file slots, and among those only to files of
/// its owner and to its own result files.
/// </summary>
internal sealed class FindTaskFile(CurrentTaskTypes taskTypes, ITaskStore tasks, IFileStore files)
{
    /// <param name="taskId">The task.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="owner">The required owner of the task; null for providers, which work on tasks of all owners.</param>
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

    /// <summary>True when the file belongs to the task or to its owner.</summary>
    public static bool IsOf(ProcessingTask task, StoredFile file) =>
        file.TaskId is { } taskId ? taskId == task.Id : file.UserId is not null && file.UserId == task.UserId;

    /// <summary>
    /// True when the task names the file for this reader. A provider gets only files of the input and result files: it
    /// writes the output itself, and could name any file of the owner there.
    /// </summary>
    private static bool Names(AvailableTaskType type, ProcessingTask task, StoredFile file, bool isProvider) =>
        Names(type.Input, task.Input, file.Id)
        || (task.Output is { } output && (file.TaskId is not null || !isProvider) && Names(type.Output, output, file.Id));

    private static bool Names(Shape shape, string values, long fileId) =>
        shape.HasFiles && ShapeCheck.FileValues(shape, JsonElement.Parse(values)).Any(value => ShapeValue.FileId(value) == fileId);
}
