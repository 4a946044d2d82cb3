using System.Collections.Concurrent;

namespace Soak.Scenes;

/// <summary>What became of the calls.</summary>
internal sealed class Tally
{
    private int _requests;
    private int _cut;

    public int Requests => _requests;

    /// <summary>Scenes that ended early because a connection broke or the server was away, as it is while it starts anew.</summary>
    public int Cut => _cut;

    /// <summary>How often each scene was played.</summary>
    public ConcurrentDictionary<string, int> Played { get; } = new();

    /// <summary>Answers that nobody expected, with their number.</summary>
    public ConcurrentDictionary<string, int> Surprises { get; } = new();

    public void Request() => Interlocked.Increment(ref _requests);

    public void CutShort() => Interlocked.Increment(ref _cut);

    public void Surprise(string what) => Surprises.AddOrUpdate(what, 1, (_, count) => count + 1);

    public void Play(string scene) => Played.AddOrUpdate(scene, 1, (_, count) => count + 1);
}
