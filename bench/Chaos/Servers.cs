using TaskProcessing.Benches;

namespace Chaos;

/// <summary>The servers on one database.</summary>
internal sealed class Servers : IDisposable
{
    private readonly List<ServerProcess> _servers;

    public Servers(ChaosOptions options, IDatabase database)
    {
        _servers = [.. Enumerable.Range(1, options.Nodes).Select(number => new ServerProcess(options, database, number))];
        Addresses = [.. _servers.Select(server => server.Address)];
    }

    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Users, as <c>login:app password</c>.</summary>
    public IReadOnlyList<string> Users => _servers[0].Users;

    public string ServiceKey => _servers[0].ServiceKey;

    /// <summary>Makes the database, users, the app and its provider, and starts all servers, the others at once.</summary>
    public async Task StartAsync(int users, CancellationToken cancellationToken)
    {
        await _servers[0].SetUpAsync(users, cancellationToken);
        await _servers[0].Program.StartAsync(cancellationToken);
        using (var app = Api.OfApp([Addresses[0]]))
            await app.RegisterProviderAsync(cancellationToken);
        await Task.WhenAll(_servers.Skip(1).Select(server => server.Program.StartAsync(cancellationToken)));
    }

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_servers.Select(server => server.Program.WaitUntilReadyAsync(cancellationToken)));

    /// <summary>Kills one with SIGKILL, and starts it again.</summary>
    public async Task KillOneAsync(CancellationToken cancellationToken)
    {
        var victim = _servers[Random.Shared.Next(_servers.Count)];
        await victim.Program.KillAsync();
        await victim.Program.StartAsync(cancellationToken);
    }

    /// <summary>SIGTERM to all; answers their exit codes.</summary>
    public Task<int[]> StopAsync() => Task.WhenAll(_servers.Select(server => server.Program.StopAsync()));

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
    }
}
