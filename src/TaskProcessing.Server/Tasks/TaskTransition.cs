using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// The transition table: every way in which a task's status may change, with the states it comes from. The store turns
/// <see cref="From"/> into the guard of its statement, so that a transition that is not listed here cannot happen.
/// docs/state-machine.md draws it.
/// </summary>
internal sealed record TaskTransition(string Name, ImmutableArray<ProcessingStatus> From, ProcessingStatus? To)
{
    /// <summary>A worker takes the task.</summary>
    public static TaskTransition Claim { get; } = new("claim", [ProcessingStatus.Scheduled], ProcessingStatus.Running);

    /// <summary>A worker reports how far it is; workers that never claimed are believed.</summary>
    public static TaskTransition Progress { get; } = new("progress", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Running);

    /// <summary>A worker shows a part of the output; the status stays.</summary>
    public static TaskTransition Stream { get; } = new("stream", [ProcessingStatus.Running], null);

    /// <summary>The first result wins; a result without a claim counts.</summary>
    public static TaskTransition Succeed { get; } = new("succeed", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Successful);

    /// <summary>The first result wins, also when it is an error.</summary>
    public static TaskTransition Fail { get; } = new("fail", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Failed);

    /// <summary>The owner or an operator calls the task off.</summary>
    public static TaskTransition Cancel { get; } = new("cancel", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Cancelled);

    public static ImmutableArray<TaskTransition> All { get; } = [Claim, Progress, Stream, Succeed, Fail, Cancel];
}
