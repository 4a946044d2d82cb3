namespace TaskProcessing.Benches;

/// <summary>A server of ours that plays a Nextcloud, and its user.</summary>
internal static class NextcloudProgram
{
    private const string User = "alice";

    /// <param name="program">The server's program.</param>
    /// <param name="folder">Its working directory, which gets its data too.</param>
    /// <param name="name">Of the log and of the data.</param>
    /// <param name="version">The Nextcloud's.</param>
    /// <param name="more">Further settings.</param>
    public static ServerProgram Create(string program, string folder, string name, int version, params IEnumerable<string> more) =>
        new(
            program,
            folder,
            name,
            [
                $"--DataDirectory={Path.Combine(folder, name)}",
                "--Ocs:Profile=Nextcloud",
                $"--Ocs:Version={version}.0.1",
                "--Providers:BuiltIn:Enabled=false",
                "--Providers:ReadyMade:Enabled=false",
                "--RateLimits:Enabled=false",
                "--Metrics:Enabled=false",
                // A claimed task is never given back there.
                "--Leases:MinSeconds=86400",
                .. more,
            ]
        );

    /// <summary>Adds a user; answers a client that calls in the user's name.</summary>
    public static async Task<HttpClient> AddUserAsync(ServerProgram server, CancellationToken cancellationToken)
    {
        await server.CommandAsync(cancellationToken, "user", "add", User, "--password", "a password that nobody uses");
        var token = await server.CommandAsync(cancellationToken, "user", "app-password", User, "--name", "bench");
        var client = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(10) };
        client.Add(Callers.User($"{User}:{token}"));
        return client;
    }
}
