using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>Section <c>Queue</c>: the order of the queue, and the limits of waiting tasks.</summary>
internal sealed class QueueOptions
{
    /// <summary>Provider apps that may schedule with a priority above 0, as administrators may. Default none.</summary>
    public List<string> PriorityApps { get; set; } = [];

    /// <summary>The limit of waiting tasks of a user or a guest's network. Default null: no limit.</summary>
    [Range(1, 10_000_000)]
    public int? MaxQueuedPerUser { get; set; }

    /// <summary>The limit of waiting tasks of one <c>appId</c>. Default null: no limit.</summary>
    [Range(1, 10_000_000)]
    public int? MaxQueuedPerApp { get; set; }

    /// <summary>For how many hours an <c>Idempotency-Key</c> is remembered. Default 24; 0 ignores the header.</summary>
    [Range(0d, 8760d)]
    public double IdempotencyHours { get; set; } = 24;

    /// <summary>For how long a key counts; where the header is ignored, this is about the keys of callers in this process alone.</summary>
    public TimeSpan KeyLifetime => TimeSpan.FromHours(IdempotencyHours > 0 ? IdempotencyHours : 1);
}
