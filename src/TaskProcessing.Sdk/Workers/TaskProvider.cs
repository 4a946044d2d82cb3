using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// The class that a provider author writes: a description and one method. A task is run at least once: after a crash a TaskProcessing
/// server hands it out again, so the work must be repeatable. On Nextcloud it is run at most once: after a crash it fails.
/// </summary>
public abstract class TaskProvider
{
    /// <summary>
    /// The description of the provider; read when the worker starts, and whenever providers are offered to it anew.
    /// </summary>
    public abstract ProviderDescriptor Descriptor { get; }

    /// <summary>
    /// The number of tasks of this provider that may run at the same time; in all workers together that have this object. Default 1.
    /// </summary>
    public virtual int Concurrency => 1;

    /// <summary>A limit that holds for this provider and all others that answer the same object. Default none.</summary>
    public virtual SharedLimit? SharedLimit => null;

    /// <summary>The runs and claims of this object in all workers; at most <see cref="Concurrency"/>.</summary>
    internal SharedLimit Places { get; } = new(int.MaxValue);

    /// <summary>Runs one task and answers its output.</summary>
    /// <param name="context">The task's input, and the ways to report.</param>
    /// <returns>Slot key to value, fitting the task type's output shape.</returns>
    /// <exception cref="TaskFailedException">The task failed in a way that the author foresaw.</exception>
    /// <exception cref="OperationCanceledException"><see cref="TaskRunContext.CancellationToken"/> was heeded.</exception>
    public abstract ValueTask<TaskOutput> RunAsync(TaskRunContext context);
}
