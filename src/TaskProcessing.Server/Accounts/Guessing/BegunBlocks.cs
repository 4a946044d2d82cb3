using System.Collections.Concurrent;

namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>Blocks that have begun and wait to be written down. Bounded: further ones hold too, but are not listed.</summary>
internal sealed class BegunBlocks(TimeProvider time)
{
    private const int Most = 1000;

    private readonly ConcurrentQueue<BegunBlock> _begun = new();

    public void Add(string network, string? name, TimeSpan wait)
    {
        var now = time.GetUtcNow();
        Add(new BegunBlock(network, name, now, now + wait));
    }

    public void Add(BegunBlock block)
    {
        if (_begun.Count < Most)
            _begun.Enqueue(block);
    }

    public IReadOnlyList<BegunBlock> Take()
    {
        var begun = new List<BegunBlock>();
        while (begun.Count < Most && _begun.TryDequeue(out var block))
            begun.Add(block);
        return begun;
    }
}
