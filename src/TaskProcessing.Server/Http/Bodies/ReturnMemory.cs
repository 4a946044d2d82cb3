using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Http.Bodies;

/// <summary>
/// Gives memory back after many large bodies. The runtime collects when memory is asked for, so an idle server would keep all that
/// they took: 60 bodies of 8 MB left 270 MB behind for good.
/// </summary>
internal sealed class ReturnMemory(BufferedBodies bodies) : IPeriodicJob
{
    /// <summary>So much of bodies is worth a collection.</summary>
    private const long MuchBytes = 32 * 1024 * 1024;

    /// <summary>Pools of buffers drop one that nobody has used for a minute, when the runtime collects.</summary>
    private const int Rounds = 3;

    private long _seen;
    private int _rounds;

    public string Purpose => "give memory back";

    public TimeSpan Interval => TimeSpan.FromSeconds(40);

    public Task RunAsync(CancellationToken cancellationToken)
    {
        if (IsDue())
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Task.CompletedTask;
    }

    /// <summary>Counts the rounds.</summary>
    internal bool IsDue()
    {
        if (bodies.TakenByLarge - _seen >= MuchBytes)
            (_seen, _rounds) = (bodies.TakenByLarge, Rounds);
        if (_rounds == 0 || bodies.Held >= MuchBytes)
            return false;

        _rounds--;
        return true;
    }
}
