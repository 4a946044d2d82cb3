using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using Serilog.Events;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>Work in the background that fails at each try: a line when it begins to fail, one when it works again.</summary>
public sealed class RepeatedWorkTests : IAsyncDisposable
{
    /// <summary>The statement with which each check begins, as EF Core logs it before it is run.</summary>
    private const string Try = "FROM exapp_statuses AS e";

    private readonly ManualTimeProvider _time = new();
    private readonly Lines _lines = new();
    private TestServer? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task Checks_of_provider_apps_that_fail_are_told_once_and_so_is_that_they_work_again()
    {
        var server = await StartAsync();
        for (var outage = 1; outage <= 2; outage++)
        {
            await ChangeAsync("ALTER TABLE exapp_statuses RENAME TO gone");
            await HappensAsync(
                () => Count("Could not manage the provider apps") == outage && Count("Could not check which provider apps") == outage,
                "both failing"
            );
            var tries = Count(Try);
            await HappensAsync(() => Count(Try) >= tries + 20, "more tries");
            await ChangeAsync("ALTER TABLE gone RENAME TO exapp_statuses");
            await HappensAsync(
                () => Count("Could manage the provider apps again") == outage && Count("Could check which provider apps") == outage,
                "both working"
            );
        }

        await server.DisposeAsync();
        Count("Could not manage the provider apps; trying again").Should().Be(2);
        Count("Could not check which provider apps are alive; trying again").Should().Be(2);
        Count("Could manage the provider apps again, after").Should().Be(2);
        Count("Could check which provider apps are alive again, after").Should().Be(2);
    }

    [Fact]
    public async Task An_app_that_cannot_be_managed_is_told_once_and_so_is_that_it_can_again()
    {
        var server = await StartAsync();
        await using var app = await FakeExApp.StartAsync();
        await server.AddExAppAsync("good", url: app.Url);
        await server.ReachesAsync("good", ExAppStage.Enabled);
        var secret = (await server.Get<IExAppStore>().FindAsync("good", Token))!.ProtectedSecret;
        await ChangeAsync("UPDATE exapps SET enabled = 0, protected_secret = 'unreadable' WHERE id = 'good'");
        await HappensAsync(() => Count("Could not manage app good; trying again") == 1, "failing");
        for (var more = 0; more < 5; more++)
        {
            var until = (await server.StatusAsync("good")).DriverUntil;
            await HappensAsync(() => server.StatusAsync("good").GetAwaiter().GetResult().DriverUntil > until, "another try");
        }

        await ChangeAsync($"UPDATE exapps SET protected_secret = '{secret}' WHERE id = 'good'");
        await HappensAsync(() => Count("Could manage app good again, after") == 1, "working");

        (await server.StatusAsync("good")).Stage.Should().Be(ExAppStage.Disabled);
        await server.DisposeAsync();
        Count("Could not manage app good").Should().Be(1);
    }

    private async Task<TestServer> StartAsync()
    {
        _server = await TestServer.StartAsync(
            time: _time,
            settings: new Dictionary<string, string>
            {
                ["AppApi:SkipInit"] = "true",
                ["Serilog:MinimumLevel:Override:Microsoft.EntityFrameworkCore.Database.Command"] = "Debug",
            },
            more: services => services.AddSingleton<ILogEventSink>(_lines)
        );
        _server.ExpectedLog.Add("exapp_statuses");
        _server.ExpectedLog.Add("Could not manage");
        _server.ExpectedLog.Add("Could not check");
        return _server;
    }

    private int Count(string text) => _lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Time passes until then.</summary>
    private Task HappensAsync(Func<bool> condition, string what) =>
        Eventually.BecomesTrue(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            what
        );

    private Task<int> ChangeAsync(string statement) =>
        _server!.Get<Database>().WriteAsync(db => db.Database.ExecuteSqlRawAsync(statement, Token), Token);

    private sealed class Lines : ConcurrentQueue<string>, ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            // A statement is a value, in which quotes are escaped.
            var line = logEvent.RenderMessage(CultureInfo.InvariantCulture);
            Enqueue(line.Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal));
        }
    }
}
