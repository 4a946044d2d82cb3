using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Pages;

/// <summary>Reads tasks newest first, page by page, for lists that people look at. The order is that of scheduling; ids settle ties.</summary>
internal interface ITaskPages
{
    Task<IReadOnlyList<ProcessingTask>> ReadAsync(TaskPageFilter filter, TaskPage page, CancellationToken cancellationToken);

    Task<int> CountAsync(TaskPageFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which tasks; null means any.</summary>
internal sealed record TaskPageFilter
{
    public TaskOwner? Owner { get; init; }

    public int? ProjectId { get; init; }

    public ProcessingStatus? Status { get; init; }
}

/// <summary>Which part of them: so many, after skipping some, or older than a task (which stays cheap however deep it is).</summary>
internal readonly record struct TaskPage(int Limit, int Offset = 0, long? BeforeId = null);
