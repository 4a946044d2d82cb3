namespace TaskProcessing.Server.Tasks.Reporting;

/// <summary>The way in which a task ends.</summary>
internal sealed record TaskEnding(TaskTransition Transition)
{
    /// <summary>The actor that ends the task.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The claim of a failure; null when its worker names none.</summary>
    public long? Claim { get; init; }

    public string? Output { get; init; }

    public double? Progress { get; init; }

    public string? ErrorMessage { get; init; }

    public string? UserFacingErrorMessage { get; init; }
}
