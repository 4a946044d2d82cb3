using System.Security.Cryptography;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>The connections with their secrets in clear, kept in memory while nothing changes.</summary>
internal sealed partial class NextcloudDirectory(INextcloudStore store, NextcloudSecrets secrets, ILogger<NextcloudDirectory> logger)
{
    private IReadOnlyList<KnownNextcloud> _current = [];

    /// <summary>By id. Empty until the first reading, which a server does before its first request.</summary>
    public IReadOnlyList<KnownNextcloud> Current => Volatile.Read(ref _current);

    /// <summary>Pulses when another list holds.</summary>
    public AsyncSignal Changed { get; } = new();

    public KnownNextcloud? Find(string id) => Current.FirstOrDefault(known => known.Connection.Id == id);

    /// <summary>Reads the connections anew, after a change by any process.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        var known = (await store.ListAsync(cancellationToken)).Select(Read).OfType<KnownNextcloud>().ToList();
        Volatile.Write(ref _current, known);
        Changed.Pulse();
    }

    private KnownNextcloud? Read(Nextcloud connection)
    {
        try
        {
            return new KnownNextcloud(connection, secrets.Unprotect(connection));
        }
        catch (CryptographicException error)
        {
            Log.Unreadable(logger, connection.Id, error.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Nextcloud {Id} is left out, because its secret cannot be decrypted: {Reason}")]
        public static partial void Unreadable(ILogger logger, string id, string reason);
    }
}

/// <summary>A connection and its secret.</summary>
internal sealed record KnownNextcloud(Nextcloud Connection, string Secret)
{
    public string Id => Connection.Id;

    /// <summary>True when tasks may be taken from it: enabled here, and not disabled there.</summary>
    public bool IsActive => Connection is { Enabled: true, EnabledThere: not false };
}
