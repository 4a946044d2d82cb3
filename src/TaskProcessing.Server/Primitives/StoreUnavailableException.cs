namespace TaskProcessing.Server.Primitives;

/// <summary>
/// The database cannot be reached, is locked, full, read-only or damaged: nothing was changed, or the store cannot know
/// whether it was. Callers may try again later. The message names the database, never a password.
/// </summary>
internal sealed class StoreUnavailableException(string message, Exception? innerException) : Exception(message, innerException)
{
    /// <summary>True when the disk or the database is full.</summary>
    public bool IsFull { get; init; }
}
