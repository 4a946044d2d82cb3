namespace TaskProcessing.Sdk.Protocol;

/// <summary>
/// The status of a task. On the wire it is the text <c>STATUS_…</c> (see <see cref="ProcessingStatusNames"/>), on the
/// routes that only the manual knows the number.
/// </summary>
public enum ProcessingStatus
{
    /// <summary>Not stored yet; no stored task has it.</summary>
    Unknown = 0,

    /// <summary>
    /// Waits for a worker. Entered by scheduling (and, when a worker is lost, from <see cref="Running"/>); left by a
    /// claim, by progress or a result that arrives without a claim, or by cancelling.
    /// </summary>
    Scheduled = 1,

    /// <summary>A worker holds it. Entered by a claim or by progress; left by a result or by cancelling.</summary>
    Running = 2,

    /// <summary>Finished with an output. Final.</summary>
    Successful = 3,

    /// <summary>Finished with an error, or with an output that does not fit the task type. Final.</summary>
    Failed = 4,

    /// <summary>Cancelled by its owner or an operator. Final; results that still arrive are ignored.</summary>
    Cancelled = 5,
}

/// <summary>The wire names of <see cref="ProcessingStatus"/>.</summary>
public static class ProcessingStatusNames
{
    private static readonly string[] Names =
    [
        "STATUS_UNKNOWN",
        "STATUS_SCHEDULED",
        "STATUS_RUNNING",
        "STATUS_SUCCESSFUL",
        "STATUS_FAILED",
        "STATUS_CANCELLED",
    ];

    /// <summary>The name on the wire, such as <c>STATUS_RUNNING</c>.</summary>
    public static string ToWire(this ProcessingStatus status) => Names[(int)status];

    /// <summary>The status of a wire name; <see cref="ProcessingStatus.Unknown"/> for any other text.</summary>
    public static ProcessingStatus FromWire(string? name) => (ProcessingStatus)Math.Max(0, Array.IndexOf(Names, name));

    /// <summary>True when the task cannot change any more.</summary>
    public static bool IsFinal(this ProcessingStatus status) =>
        status is ProcessingStatus.Successful or ProcessingStatus.Failed or ProcessingStatus.Cancelled;
}
