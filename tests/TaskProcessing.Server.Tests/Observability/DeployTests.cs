using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>The alerts and the dashboard in <c>deploy</c>, by Prometheus's own tool and against the instruments that there are.</summary>
public sealed partial class DeployTests
{
    /// <summary>How promtool ends when it can read everything, and minds the names of some.</summary>
    private const int OnlyNames = 3;

    private static readonly string Alerts = Path.Combine(Repository.Root, "deploy", "prometheus", "alerts.yml");
    private static readonly string Dashboard = Path.Combine(Repository.Root, "deploy", "grafana", "taskprocessing.json");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promtool_finds_the_alerts_right_and_they_fire_when_they_should()
    {
        await PromtoolAsync("", "check", "rules", Alerts);
        await PromtoolAsync("", "test", "rules", Path.ChangeExtension(Alerts, ".test.yml"));
    }

    [Fact]
    public async Task Promtool_reads_every_expression_of_the_dashboard()
    {
        var rules = new TemporaryFolder();
        var path = Path.Combine(rules.Path, "dashboard.yml");
        await File.WriteAllLinesAsync(
            path,
            [
                "groups:",
                "  - name: dashboard",
                "    rules:",
                .. Expressions()
                    .SelectMany((expression, index) => new[] { $"      - record: panel_{index}", $"        expr: '{expression}'" }),
            ],
            Token
        );

        await PromtoolAsync("", "check", "rules", path);
    }

    /// <summary>The tool minds some names of .NET and Npgsql that end with _count, and none of ours.</summary>
    [Fact]
    public async Task Promtool_finds_no_fault_with_what_a_scrape_shows()
    {
        Programs.Need("promtool");
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Metrics:Enabled"] = "true", ["Metrics:Token"] = "a-token-for-scrapers" }
        );
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync("core:text2text");
        await alice.ScheduleAsync();
        await worker.NextAsync("worker:core:text2text", "core:text2text");
        using var scraper = server.Guest();
        scraper.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "a-token-for-scrapers");

        var faults = await PromtoolAsync(await scraper.GetStringAsync("metrics", Token), "check", "metrics");

        faults
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Should()
            .OnlyContain(line => !line.StartsWith("taskprocessing_", StringComparison.Ordinal) && line.Contains("\"_count\" suffix"));
    }

    [Fact]
    public async Task Alerts_dashboard_and_manual_name_instruments_that_exist_and_the_manual_names_all()
    {
        var known = Instruments();
        var manual = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operations.md"), Token);
        var named = Metric().Matches(await File.ReadAllTextAsync(Alerts, Token) + string.Join('\n', Expressions()) + manual);

        named.Select(match => Part().Replace(match.Value, "")).Distinct().Except(known).Should().BeEmpty();
        known
            .Where(name => !manual.Contains(name, StringComparison.Ordinal) && !manual.Contains(Short(name), StringComparison.Ordinal))
            .Should()
            .BeEmpty();
    }

    /// <returns>The faults that it finds with names; anything worse fails the test.</returns>
    private static async Task<string> PromtoolAsync(string input, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Programs.Need("promtool"), arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var (output, faults) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Token);
        process.ExitCode.Should().BeOneOf([0, OnlyNames], "{0}{1}", await output, await faults);
        return await faults;
    }

    private static string Short(string name) => name.Replace("taskprocessing_tasks", "…", StringComparison.Ordinal);

    /// <summary>What Grafana would ask, with its variables filled in.</summary>
    private static IEnumerable<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Dashboard));
        return
        [
            .. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
            where panel.TryGetProperty("targets", out _)
            from target in panel.GetProperty("targets").EnumerateArray()
            select target
                .GetProperty("expr")
                .GetString()!
                .Replace("$__rate_interval", "5m", StringComparison.Ordinal)
                .Replace("$__range", "3h", StringComparison.Ordinal),
        ];
    }

    /// <summary>The instruments by the names that Prometheus gives them.</summary>
    private static List<string> Instruments()
    {
        var name = $"TaskProcessing.{Guid.NewGuid():N}";
        var instruments = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name != name)
                return;

            var unit = instrument.Unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                _ => "",
            };
            instruments.Add(instrument.Name.Replace('.', '_') + unit + (instrument is Counter<long> ? "_total" : ""));
        };
        listener.Start();
        new TaskMetrics(name).Dispose();
        return instruments;
    }

    [GeneratedRegex(@"\btaskprocessing_\w+")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Part();
}
