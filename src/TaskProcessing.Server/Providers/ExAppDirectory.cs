using System.Collections.Concurrent;

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

        return apps[id] = new KnownExApp(app, secrets.Unprotect(app));
    }

    public void Clear() => Volatile.Write(ref _apps, new());
}

/// <summary>A provider app and its secret.</summary>
internal sealed record KnownExApp(ExApp App, string Secret);
