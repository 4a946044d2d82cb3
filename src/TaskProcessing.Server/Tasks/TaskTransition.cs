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

    /// <summary>
    /// A worker reports progress. Workers that never claimed are believed, and so are workers whose lease has ended,
    /// until the next claim.
    /// </summary>
    public static TaskTransition Progress { get; } =
        new("progress", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Running);

    /// <summary>A worker renews its lease; believed like progress.</summary>
    public static TaskTransition Renew { get; } =
        new("renew", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Running);

    /// <summary>A worker shows a part of the output; the status stays.</summary>
    public static TaskTransition Stream { get; } = new("stream", [ProcessingStatus.Running], null);

    /// <summary>The first result wins; a result without a claim counts.</summary>
    public static TaskTransition Succeed { get; } =
        new("succeed", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Successful);

    /// <summary>The first result wins, also when it is an error; but not the error of a claim that does not count any more.</summary>
    public static TaskTransition Fail { get; } =
        new("fail", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Failed);

    /// <summary>The owner or an operator calls the task off.</summary>
    public static TaskTransition Cancel { get; } =
        new("cancel", [ProcessingStatus.Scheduled, ProcessingStatus.Running], ProcessingStatus.Cancelled);

    /// <summary>The worker was silent for the whole lease: the task goes back into the queue.</summary>
    public static TaskTransition Lose { get; } = new("lose", [ProcessingStatus.Running], ProcessingStatus.Scheduled);

    /// <summary>The worker was silent for the whole lease, and there were enough attempts.</summary>
    public static TaskTransition GiveUp { get; } = new("give up", [ProcessingStatus.Running], ProcessingStatus.Failed);

    /// <summary>A worker that stops gives the task back unharmed.</summary>
    public static TaskTransition Release { get; } = new("release", [ProcessingStatus.Running], ProcessingStatus.Scheduled);

    /// <summary>A worker failed with a temporary error.</summary>
    public static TaskTransition Retry { get; } = new("retry", [ProcessingStatus.Running], ProcessingStatus.Scheduled);

    /// <summary>An operator has a failed task run again.</summary>
    public static TaskTransition Requeue { get; } = new("requeue", [ProcessingStatus.Failed], ProcessingStatus.Scheduled);

    public static ImmutableArray<TaskTransition> All { get; } =
    [Claim, Progress, Renew, Stream, Succeed, Fail, Cancel, Lose, GiveUp, Release, Retry, Requeue];
}
