namespace TaskProcessing.Server.Http.Bodies;

/// <summary>The bytes of one body among <see cref="BufferedBodies"/>, or the wait for them.</summary>
internal sealed class BodyPlace(BufferedBodies bodies, long bytes, (string Name, long Limit)[] shares) : IDisposable
{
    private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes = bytes;

    public long Bytes { get; } = bytes;

    public bool IsLarge => Bytes > BufferedBodies.SmallBytes;

    /// <summary>What the bytes count to, each with its limit.</summary>
    public (string Name, long Limit)[] Shares => shares;

    /// <summary>The place in the queue; null for one that has its turn, or left.</summary>
    public LinkedListNode<BodyPlace>? Waiting { get; set; }

    public Task HasTurn => _turn.Task;

    public void GiveTurn() => _turn.SetResult();

    /// <summary>Gives back what is more than so much: the body is shorter than it might have been.</summary>
    public void Shrink(long bytes)
    {
        if (Interlocked.Exchange(ref _bytes, bytes) - bytes is > 0 and var rest)
            bodies.Release(this, rest);
    }

    public void Dispose() => Shrink(0);
}
