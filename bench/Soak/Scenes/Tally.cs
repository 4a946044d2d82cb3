using System.Collections.Concurrent;

namespace Soak.Scenes;

/// <summary>What became of the calls.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<object, (string What, DateTime At)> _open = new();
    private int _requests;
    private int _cut;

    public int Requests => _requests;

    /// <summary>Scenes that ended early because a connection broke or the server was away, as it is while it starts anew.</summary>
    public int Cut => _cut;

    /// <summary>How often each scene was played.</summary>
    public ConcurrentDictionary<string, int> Played { get; } = new();

    /// <summary>Answers that nobody expected, with their number.</summary>
    public ConcurrentDictionary<string, int> Surprises { get; } = new();

    /// <summary>The requests that have no answer yet, with the time when they were sent.</summary>
    public string Open => string.Join("; ", _open.Values.OrderBy(request => request.At).Take(3).Select(one => $"{one.What} at {one.At:T}"));

    /// <returns>To be disposed of when the answer begins.</returns>
    public IDisposable Request(string what)
    {
        Interlocked.Increment(ref _requests);
        return new OpenRequest(_open, what);
    }

    public void CutShort() => Interlocked.Increment(ref _cut);

    public void Surprise(string what) => Surprises.AddOrUpdate(what, 1, (_, count) => count + 1);

    public void Play(string scene) => Played.AddOrUpdate(scene, 1, (_, count) => count + 1);

    private sealed class OpenRequest : IDisposable
    {
        private readonly ConcurrentDictionary<object, (string, DateTime)> _open;

        public OpenRequest(ConcurrentDictionary<object, (string, DateTime)> open, string what)
        {
            _open = open;
            _open[this] = (what, DateTime.UtcNow);
        }

        public void Dispose() => _open.TryRemove(this, out _);
    }
}
