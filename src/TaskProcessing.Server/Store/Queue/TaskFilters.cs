using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>Conditions as the partial indexes have them.</summary>
internal static class TaskFilters
{
    /// <summary>Tasks of a status, or all; the status as a constant, for only that tells a planner that an index fits.</summary>
    public static IQueryable<ProcessingTask> WithStatus(this IQueryable<ProcessingTask> tasks, ProcessingStatus? status) => status switch
    {
        ProcessingStatus.Scheduled => tasks.Where(task => task.Status == ProcessingStatus.Scheduled && task.Id > 0),
        ProcessingStatus.Running => tasks.Where(task => task.Status == ProcessingStatus.Running),
        ProcessingStatus.Successful => tasks.Where(task => task.Status == ProcessingStatus.Successful),
        ProcessingStatus.Failed => tasks.Where(task => task.Status == ProcessingStatus.Failed),
        ProcessingStatus.Cancelled => tasks.Where(task => task.Status == ProcessingStatus.Cancelled),
        _ => tasks,
    };
}
