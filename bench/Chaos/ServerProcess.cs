using TaskProcessing.Benches;

namespace Chaos;

/// <summary>A server under test, with an app and users.</summary>
internal sealed class ServerProcess(ChaosOptions options, IDatabase database, int number) : IDisposable
{
    public const string App = "chaos";
    public const string AppSecret = "secret-of-chaos";

    /// <summary>Its program, as operators run it.</summary>
    public ServerProgram Program { get; } =
        new(
            options.Server,
            options.Folder,
            $"server-{number}",
            [
                $"--DataDirectory={Path.Combine(options.Folder, $"data-{number}")}",
                .. database.Settings,
                "--Providers:BuiltIn:Enabled=false",
                "--RateLimits:Enabled=false",
                "--Webhooks:AllowedTargets:0=127.0.0.1",
                // A delivery that a killed server was sending is tried again half a minute after this time.
                "--Webhooks:TimeoutSeconds=5",
                "--Leases:MaxAttempts=1000",
                "--Leases:RetrySeconds=0",
                $"--Leases:Types:0:TaskType={ChaosOptions.TaskType}",
                $"--Leases:Types:0:Seconds={ChaosOptions.Lease.TotalSeconds:0}",
                "--Serilog:MinimumLevel:Default=Warning",
            ]
        );

    public Uri Address => Program.Address;

    /// <summary>Users, as <c>login:app password</c>.</summary>
    public List<string> Users { get; } = [];

    /// <summary>The secret of a service key, which sees everything.</summary>
    public string ServiceKey { get; private set; } = "";

    /// <summary>Makes the database, users, the app and the key.</summary>
    public async Task SetUpAsync(int users, CancellationToken cancellationToken)
    {
        for (var number = 0; number < users; number++)
        {
            await Program.CommandAsync(cancellationToken, "user", "add", $"user{number}", "--password", "a password that nobody uses");
            Users.Add(
                $"user{number}:{await Program.CommandAsync(cancellationToken, "user", "app-password", $"user{number}", "--name", "chaos")}"
            );
        }

        await Program.CommandAsync(cancellationToken, "exapp", "add", App, "--app-version", "1.0.0", "--enabled", "--secret", AppSecret);
        ServiceKey = await Program.CommandAsync(cancellationToken, "apikey", "add", "verdict");
    }

    public void Dispose() => Program.Dispose();
}
