namespace TaskProcessing.Server.Primitives;

/// <summary>
/// Counts the changes of each topic. The stores raise the count in the transaction of the change, so a reader that sees
/// the new count also sees the change.
/// </summary>
internal interface IChangeStore
{
    /// <summary>The number of changes of each topic; a topic without changes is absent.</summary>
    Task<IReadOnlyDictionary<ChangeTopic, long>> ReadVersionsAsync(CancellationToken cancellationToken);
}
