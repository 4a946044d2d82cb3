namespace TaskProcessing.Sdk.Workers;

/// <summary>Ends a task as failed, with a text for administrators and, if it helps, one for the user.</summary>
/// <param name="message">The technical error, for administrators.</param>
/// <param name="userMessage">A sentence for the user, or null.</param>
/// <param name="innerException">The cause, for the log.</param>
public sealed class TaskFailedException(string message, string? userMessage = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>A sentence for the user, or null: then the user sees a general one.</summary>
    public string? UserMessage { get; } = userMessage;

    /// <summary>
    /// True when another try may succeed: a server with retries puts the task back into its queue while attempts are
    /// left; other servers fail it. Default false.
    /// </summary>
    public bool Retryable { get; init; }

    /// <summary>The shortest pause before a retry; null leaves it to the server.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
