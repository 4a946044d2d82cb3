using Microsoft.AspNetCore.Builder;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Cli.Demo;

/// <summary>A whole server on a free port of this machine, in a temporary directory.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private const string User = "demo";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-demo-");
    private WebApplication? _app;

    public Uri Address => new(_app!.Urls.Single());

    /// <summary>The credentials of its only user.</summary>
    public OcsCredentials Credentials { get; private set; } = OcsCredentials.Guest;

    public async Task StartAsync(IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        // The demo's settings come last and so outweigh the operator's own.
        string[] own =
        [
            "--urls=http://127.0.0.1:0",
            $"--DataDirectory={_directory.FullName}",
            "--Store:Provider=Sqlite",
            "--Store:ConnectionString=",
            "--Providers:BuiltIn:Enabled=true",
            "--Serilog:MinimumLevel:Default=Warning",
            "--Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime=Warning",
        ];
        var app = ServerBuilder.Create([.. settings, .. own]).AddTaskProcessing().AddServing().Build().UseTaskProcessing();
        _app = app;

        // Before the start, or the start would make an administrator and print a password.
        await app.Services.GetRequiredService<StoreMigrator>().MigrateAsync(cancellationToken);
        await AddUserAsync(app.Services, cancellationToken);
        await app.StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private async Task AddUserAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await services
            .GetRequiredService<CreateAccount>()
            .RunAsync(User, Passwords.NewToken(), displayName: null, isAdmin: false, cancellationToken);
        var token = await services.GetRequiredService<CreateAppPassword>().RunAsync(User, "demo", cancellationToken);
        Credentials = OcsCredentials.AppPassword(User, token!);
    }
}
