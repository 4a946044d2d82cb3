using Soak.Scenes;
using TaskProcessing.Benches;

namespace Soak;

/// <summary>A server for which an hour passes in a minute: what it keeps for hours, days and months, it keeps for about a minute.</summary>
internal sealed class SoakedServer : IDisposable
{
    /// <summary>For the sampler.</summary>
    public const string MetricsToken = "token-of-the-soak";

    /// <summary>A task type that is served by a program.</summary>
    private const string OfProgram = "core:text2text:reformulation";

    private const string Minute = "0.0007"; // of a day
    private const string Hour = "0.02"; // a minute and twelve seconds, in hours

    private const int Users = 6;

    public SoakedServer(SoakOptions options, IDatabase database)
    {
        DataDirectory = Path.Combine(options.Folder, "data-1");
        var kept = options.Sabotage == Sabotage.Rows ? "0" : Minute;
        Program = new ServerProgram(
            options.Server,
            options.Folder,
            "server",
            [
                $"--DataDirectory={DataDirectory}",
                .. database.Settings,
                $"--Retention:SuccessfulDays={kept}",
                $"--Retention:FailedDays={kept}",
                $"--Retention:CancelledDays={kept}",
                $"--Webhooks:KeepDays={Minute}",
                "--Webhooks:RetryHours=0.01",
                "--Webhooks:TimeoutSeconds=2",
                "--Webhooks:AllowedTargets:0=127.0.0.1",
                $"--Queue:IdempotencyHours={Hour}",
                $"--Files:KeepUnfinishedHours={Hour}",
                $"--Sessions:Hours={Hour}",
                "--BruteForce:PeriodSeconds=60",
                "--RateLimits:Schedule:UserLimit=100000",
                "--RateLimits:Schedule:GuestLimit=100000",
                "--RateLimits:Schedule:PeriodSeconds=30",
                "--Leases:MinSeconds=5",
                "--Leases:RetrySeconds=1",
                "--Leases:MaxRetrySeconds=4",
                $"--Providers:Commands:soak:TaskType={OfProgram}",
                "--Providers:Commands:soak:Program=sh",
                "--Providers:Commands:soak:Arguments:0=-c",
                "--Providers:Commands:soak:Arguments:1=sleep 0.1; cat",
                "--Providers:Commands:soak:StandardInput={input.input}",
                "--Providers:ReadyMade:Enabled=false",
                $"--Metrics:Token={MetricsToken}",
                "--Serilog:MinimumLevel:Default=Warning",
            ]
        );
    }

    public ServerProgram Program { get; }

    public string DataDirectory { get; }

    public string Log => Path.Combine(Path.GetDirectoryName(DataDirectory)!, "server.log");

    /// <summary>Makes the database, an administrator and apps, and starts the server.</summary>
    public async Task<Cast> StartAsync(IReadOnlyList<Uri> receivers, CancellationToken cancellationToken)
    {
        const string name = "operator";
        await Program.CommandAsync(cancellationToken, "user", "add", name, "--password", PasswordOf(name), "--admin");
        var token = await Program.CommandAsync(cancellationToken, "user", "app-password", name, "--name", "soak");
        foreach (var app in new[] { Cast.App, Cast.OtherApp })
            await Program.CommandAsync(
                cancellationToken,
                ["exapp", "add", app, "--app-version", "1.0.0", "--enabled", "--secret", Cast.AppSecret]
            );
        await Program.StartAsync(cancellationToken);
        var admin = new Person(name, PasswordOf(name), token);
        return new Cast
        {
            Address = Program.Address,
            Users = await AddUsersAsync(admin, cancellationToken),
            Admin = admin,
            Receivers = receivers,
            OwnTypes = [OfProgram, "core:text2text:topics"],
        };
    }

    private async Task<IReadOnlyList<Person>> AddUsersAsync(Person admin, CancellationToken cancellationToken)
    {
        using var http = Caller.Client(Program.Address);
        var caller = Caller.User(http, new Tally(), admin);
        var users = new List<Person>();
        for (var number = 0; number < Users; number++)
        {
            var id = $"user{number}";
            await caller.PostAsync($"{Caller.Tasks}/admin/users", new { id, password = PasswordOf(id) }, cancellationToken);
            var made = await caller.PostAsync($"{Caller.Tasks}/admin/users/{id}/app_passwords", new { name = "soak" }, cancellationToken);
            users.Add(new Person(id, PasswordOf(id), made.Data.GetProperty("appPassword").GetString()!));
        }

        return users;
    }

    private static string PasswordOf(string name) => $"password of {name}";

    public void Dispose() => Program.Dispose();
}
