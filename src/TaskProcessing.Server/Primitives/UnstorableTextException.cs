namespace TaskProcessing.Server.Primitives;

/// <summary>
/// A text from outside has a character that no database keeps: the character 0, or half of a surrogate pair. Nothing was read
/// or written.
/// </summary>
internal sealed class UnstorableTextException(string message) : ArgumentException(message)
{
    /// <summary>The one that caused an error, if one did.</summary>
    public static UnstorableTextException? Find(Exception? error) =>
        error is null ? null : error as UnstorableTextException ?? Find(error.InnerException);
}
