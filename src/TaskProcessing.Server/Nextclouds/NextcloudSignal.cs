using System.Collections.Concurrent;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>Wakes the poller of a connection: the Nextcloud has said that there is a task.</summary>
internal sealed class NextcloudSignal
{
    private readonly ConcurrentDictionary<string, AsyncSignal> _signals = new();

    public AsyncSignal Of(string id) => _signals.GetOrAdd(id, static _ => new AsyncSignal());

    public void Set(string id) => Of(id).Set();
}
