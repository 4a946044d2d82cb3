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

    /// <summary>Makes the database, users and apps.</summary>
    public async Task<Cast> SetUpAsync(IReadOnlyList<Uri> receivers, CancellationToken cancellationToken)
    {
        var users = new List<Person>();
        for (var number = 0; number < Users; number++)
            users.Add(await AddAsync($"user{number}"));
        var admin = await AddAsync("operator", "--admin");
        foreach (var app in new[] { Cast.App, Cast.OtherApp })
            await Program.CommandAsync(
                cancellationToken,
                "exapp",
                "add",
                app,
                "--app-version",
                "1.0.0",
                "--enabled",
                "--secret",
                Cast.AppSecret
            );
        return new Cast
        {
            Address = Program.Address,
            Users = users,
            Admin = admin,
            Receivers = receivers,
            OwnTypes = [OfProgram, "core:text2text:topics"],
        };

        async Task<Person> AddAsync(string name, params string[] more)
        {
            var password = $"password of {name}";
            await Program.CommandAsync(cancellationToken, ["user", "add", name, "--password", password, .. more]);
            return new Person(
                name,
                password,
                await Program.CommandAsync(cancellationToken, "user", "app-password", name, "--name", "soak")
            );
        }
    }

    public void Dispose() => Program.Dispose();
}
