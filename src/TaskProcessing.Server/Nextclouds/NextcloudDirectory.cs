using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>The connections with their secrets in clear, kept in memory while nothing changes.</summary>
internal sealed partial class NextcloudDirectory(INextcloudStore store, NextcloudSecrets secrets, ILogger<NextcloudDirectory> logger)
    : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1);

    private IReadOnlyList<KnownNextcloud> _current = [];

    /// <summary>By id. Empty until the first reading, which a server does before its first request.</summary>
    public IReadOnlyList<KnownNextcloud> Current => Volatile.Read(ref _current);

    /// <summary>Pulses when another list holds.</summary>
    public AsyncSignal Changed { get; } = new();

    public KnownNextcloud? Find(string id) => Current.FirstOrDefault(known => known.Connection.Id == id);

    /// <summary>Reads the connections anew, after a change by any process.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        // One after the other, so that an older reading never replaces a newer one.
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var known = (await store.ListAsync(cancellationToken)).Select(Read).OfType<KnownNextcloud>().ToList();
            Volatile.Write(ref _current, known);
        }
        finally
        {
            _reading.Release();
        }

        Changed.Pulse();
    }

    public void Dispose() => _reading.Dispose();

    private KnownNextcloud? Read(Nextcloud connection)
    {
        if (secrets.TryUnprotect(connection) is { } secret)
            return new KnownNextcloud(connection, secret);

        Log.Unreadable(logger, connection.Id);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Error,
            "Nextcloud {Id} is left out: its secret was encrypted with a key that is lost. \"nextcloud rotate {Id}\" makes another"
        )]
        public static partial void Unreadable(ILogger logger, string id);
    }
}

/// <summary>A connection and its secret.</summary>
internal sealed record KnownNextcloud(Nextcloud Connection, string Secret)
{
    public string Id => Connection.Id;

    /// <summary>True when tasks may be taken from it: enabled here and there. Before that, calls would count as wrong secrets.</summary>
    public bool IsActive => Connection is { Enabled: true, EnabledThere: true };

    /// <summary>App id and secret; compares in constant time.</summary>
    public byte[] Digest { get; } = RecognizeNextcloud.Digest(Connection.AppId, Secret);
}
