namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>The time limit of an answer; each part of the answer extends it.</summary>
internal sealed class Deadline(TimeSpan atMost, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _source = new(atMost, time);

    public CancellationToken Token => _source.Token;

    public string Reason { get; private set; } = Words("The endpoint did not answer", atMost);

    public void Extend(TimeSpan by, string reason)
    {
        Reason = Words(reason, by);
        _source.CancelAfter(by);
    }

    public void Dispose() => _source.Dispose();

    private static string Words(string reason, TimeSpan after) => $"{reason} ({after.TotalSeconds:0} s).";
}
