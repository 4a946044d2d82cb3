using System.Text.Json;

namespace Chaos;

/// <summary>
/// The calls of a worker process and their answers, a line each, written before and after every call. Each line is one
/// write to the file, so it outlives a kill of the process.
/// </summary>
internal sealed class Journal(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _lock = new();

    public void Write(Entry entry)
    {
        var line = (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(entry), (byte)'\n'];
        lock (_lock)
            _file.Write(line);
    }

    /// <summary>All that a worker wrote; a last line that was cut off by a kill counts as not written.</summary>
    public static IEnumerable<Entry> Read(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            if (line.EndsWith('}'))
                yield return JsonSerializer.Deserialize<Entry>(line)!;
        }
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>One thing that a worker did with a task that it claimed.</summary>
/// <param name="Kind">The call.</param>
/// <param name="Task">The task.</param>
/// <param name="Claim">The claim number, because one worker may get the same task twice.</param>
/// <param name="Sent">The time of the call, in milliseconds.</param>
/// <param name="Got">The time of the answer; 0 while it waits for that.</param>
/// <param name="Won">Of an answered result: whether the stored output is this worker's.</param>
/// <param name="Output">Of a result: the output that no other one has.</param>
internal sealed record Entry(EntryKind Kind, long Task, string Claim, long Sent, long Got = 0, bool Won = false, string? Output = null)
{
    /// <summary>Of a claim: the number that the server gave it.</summary>
    public long Number { get; init; }
}

internal enum EntryKind
{
    /// <summary>The worker was given the task.</summary>
    Claimed,

    /// <summary>The worker's lease was renewed.</summary>
    Renewed,

    /// <summary>
    /// The worker's report was answered that the task is cancelled, or its release that the claim does not count: a client may
    /// have cancelled it, or another worker may have it.
    /// </summary>
    SentAway,

    /// <summary>The worker is about to give the task back, or to end it: from here on its lease may be over.</summary>
    LetsGo,

    /// <summary>The worker's result was answered.</summary>
    Finished,

    /// <summary>The worker was answered that the task waits again.</summary>
    GaveBack,

    /// <summary>The worker's final error was answered, and ended the task.</summary>
    Failed,
}
