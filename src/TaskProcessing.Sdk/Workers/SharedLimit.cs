namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// A limit on the tasks of several providers together, such as those that ask the same endpoint. One object for all of them.
/// </summary>
/// <param name="atMost">The number of tasks that may run at the same time; at least 1.</param>
public sealed class SharedLimit(int atMost)
{
    /// <summary>The number of tasks that may run at the same time.</summary>
    public int AtMost { get; } = Math.Max(1, atMost);

    /// <summary>The runs and claims that hold a place; guarded by the lock of the worker's slots.</summary>
    internal int Taken { get; set; }
}
