using System.Diagnostics;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// One trace from schedule to webhook. The trace of the schedule is kept with the task as a W3C <c>traceparent</c>, and what happens
/// to the task later, in whichever request or server, is added to it. Without a listener nothing is made, and the trace of a
/// client is handed on as it came.
/// </summary>
internal static class TaskTraces
{
    /// <summary>The source's name.</summary>
    public const string Name = "TaskProcessing";

    /// <summary>The length of a <c>traceparent</c> of version 00.</summary>
    public const int Length = 55;

    private static readonly ActivitySource Source = new(Name);

    /// <summary>What a client sent as <c>traceparent</c>; null when it is none of version 00.</summary>
    public static string? Accept(string? sent) =>
        sent is { Length: Length } && sent.StartsWith("00-", StringComparison.Ordinal) && ActivityContext.TryParse(sent, null, out _)
            ? sent
            : null;

    /// <summary>The trace that goes on in what is done now; else the one that was kept.</summary>
    public static string? Current(string? kept) => Accept(Activity.Current?.Id) ?? kept;

    /// <summary>A header for a call about a task; null where the HTTP client writes the one of the present span itself.</summary>
    public static string? Header(string? kept) => Activity.Current is null ? kept : null;

    /// <summary>Begins the span of a schedule, in the request's trace.</summary>
    public static Activity? Schedule(string type) =>
        Source.HasListeners()
            ? Source.StartActivity($"schedule {type}", ActivityKind.Producer)?.SetTag("taskprocessing.task.type", type)
            : null;

    /// <summary>Begins the span of an attempt to deliver a webhook, in the task's trace.</summary>
    public static Activity? Webhook(string? traceParent, long taskId, string deliveryId) =>
        Parent(traceParent) is { } parent
            ? Source
                .StartActivity("webhook", ActivityKind.Internal, parent)
                ?.SetTag("taskprocessing.task.id", taskId)
                .SetTag("taskprocessing.webhook.id", deliveryId)
            : null;

    /// <summary>Adds a span that is over to the task's trace. The request that ends it is another trace, and linked.</summary>
    public static void Add(TracedSpan span)
    {
        if (Parent(span.TraceParent) is not { } parent)
            return;

        var request = Activity.Current?.Context;
        using var activity = Source.StartActivity(
            $"{span.Name} {span.Type}",
            ActivityKind.Consumer,
            parent,
            tags: null,
            request is { } context && context.TraceId != parent.TraceId ? [new ActivityLink(context)] : null,
            span.From
        );
        if (activity is null)
            return;

        activity
            .SetTag("taskprocessing.task.type", span.Type)
            .SetTag("taskprocessing.task.id", span.TaskId)
            .SetTag("taskprocessing.task.attempt", span.Attempt)
            .SetTag("taskprocessing.provider", span.Provider)
            .SetTag("taskprocessing.outcome", span.Outcome)
            .SetStatus(span.Outcome is "failed" or "lost" or "retried" ? ActivityStatusCode.Error : ActivityStatusCode.Unset)
            .SetEndTime((span.To > span.From ? span.To : span.From).UtcDateTime);
    }

    private static ActivityContext? Parent(string? traceParent) =>
        traceParent is not null && Source.HasListeners() && ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? parent
            : null;
}

/// <summary>A part of a task's life.</summary>
/// <param name="Name">One of a few words.</param>
/// <param name="TraceParent">The trace of the task; null when it has none.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Type">Its type.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended.</param>
internal readonly record struct TracedSpan(
    string Name,
    string? TraceParent,
    long TaskId,
    string Type,
    DateTimeOffset From,
    DateTimeOffset To
)
{
    public int Attempt { get; init; }

    public string? Provider { get; init; }

    /// <summary>One of a few words; null where there is nothing to say.</summary>
    public string? Outcome { get; init; }
}
