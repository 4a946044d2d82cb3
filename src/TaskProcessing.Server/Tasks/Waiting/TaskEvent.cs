namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>An event for a reader that follows tasks.</summary>
internal abstract record TaskEvent
{
    private TaskEvent() { }

    /// <summary>The position after this event; a reader that reconnects with it continues from there.</summary>
    public string Position { get; init; } = "";

    /// <summary>The whole task as it is now: the first event, and sent whenever the status has changed.</summary>
    public sealed record Status(ProcessingTask Task) : TaskEvent;

    /// <summary>The progress of a running task, 0 to 1.</summary>
    public sealed record Progress(long TaskId, double Fraction) : TaskEvent;

    /// <summary>The output of a running task: all of it, or the additions to its texts.</summary>
    public sealed record Output(long TaskId, OutputPiece Piece) : TaskEvent;

    /// <summary>The task was deleted.</summary>
    public sealed record Deleted(long TaskId) : TaskEvent;
}
