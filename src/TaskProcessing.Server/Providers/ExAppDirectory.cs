using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace TaskProcessing.Server.Providers;

/// <summary>The provider apps with their secrets in clear, kept in memory while nothing changes: every call of an app needs them.</summary>
internal sealed class ExAppDirectory(IExAppStore exApps, ExAppSecrets secrets)
{
    private ConcurrentDictionary<string, KnownExApp> _apps = new();

    public async ValueTask<KnownExApp?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var apps = Volatile.Read(ref _apps);
        if (apps.TryGetValue(id, out var known))
            return known;
        if (!AddExApp.IsAppId(id) || await exApps.FindAsync(id, cancellationToken) is not { } app)
            return null;

        return apps[id] = secrets.Open(app);
    }

    public void Clear() => Volatile.Write(ref _apps, new());
}

/// <summary>A provider app and its secret.</summary>
internal sealed record KnownExApp(ExApp App, string Secret)
{
    /// <summary>The secret before, while the app changes to the new one; null when there is none.</summary>
    public string? OlderSecret { get; init; }

    /// <summary>The stored form of a secret that the app may log in with; null for any other text.</summary>
    public string? StoredFormOf(string secret)
    {
        var given = Encoding.UTF8.GetBytes(secret);
        return IsSame(Secret, given) ? ExAppSecrets.Newest(App.ProtectedSecret)
            : OlderSecret is not null && IsSame(OlderSecret, given) ? ExAppSecrets.Older(App.ProtectedSecret)
            : null;
    }

    /// <summary>True when it is still the stored form of a secret that the app may log in with.</summary>
    public bool Holds(string? storedSecret) =>
        storedSecret is not null
        && (storedSecret == ExAppSecrets.Newest(App.ProtectedSecret) || storedSecret == ExAppSecrets.Older(App.ProtectedSecret));

    private static bool IsSame(string secret, byte[] given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), given);
}
