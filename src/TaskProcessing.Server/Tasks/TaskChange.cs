namespace TaskProcessing.Server.Tasks;

/// <summary>The result of a guarded change.</summary>
/// <param name="Task">The task as it is now; null when there is none with that id.</param>
/// <param name="Changed">True when this call changed the task; false when its guard did not hold.</param>
internal readonly record struct TaskChange(ProcessingTask? Task, bool Changed);
