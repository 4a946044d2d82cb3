namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>What a reader who follows tasks is told.</summary>
internal abstract record TaskEvent
{
    private TaskEvent()
    {
    }

    /// <summary>What the reader knows once he has this event; whoever comes back with it goes on from there.</summary>
    public string Position { get; init; } = "";

    /// <summary>The task as it is now, whole: the first that is said of it, and whenever its status changed.</summary>
    public sealed record Status(ProcessingTask Task) : TaskEvent;

    /// <summary>How far a running task is, 0 to 1.</summary>
    public sealed record Progress(long TaskId, double Fraction) : TaskEvent;

    /// <summary>What there is of a running task's output: all of it, or what was added to the texts.</summary>
    public sealed record Output(long TaskId, OutputPiece Piece) : TaskEvent;

    /// <summary>The task was deleted.</summary>
    public sealed record Deleted(long TaskId) : TaskEvent;
}
