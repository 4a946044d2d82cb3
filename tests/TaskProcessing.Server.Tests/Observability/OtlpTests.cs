using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using TaskProcessing.Server.Tests.Cli;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>The program with OpenTelemetry's own variables, and a collector that takes what it sends.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Traces_and_metrics_go_to_the_collector_that_the_variables_name()
    {
        var received = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await LoopbackWeb.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "queue-of-the-test",
        };
        using var program = ProgramDriver.Start(_directory.Path, variables, "--urls=http://127.0.0.1:0");
        using var guest = new HttpClient { BaseAddress = await program.ListenAsync() };
        guest.DefaultRequestHeaders.Add("OCS-APIRequest", "true");

        using var answer = await guest.PostAsJsonAsync(
            "ocs/v2.php/taskprocessing/schedule",
            new
            {
                type = "pipeline:search",
                appId = "test",
                input = new { },
            },
            Token
        );
        answer.EnsureSuccessStatusCode();
        program.Terminate();
        (await program.EndAsync()).ExitCode.Should().Be(0);

        received.Should().Contain(sent => sent.Path == "/v1/traces" && sent.Body.Contains("schedule pipeline:search"));
        received.Should().Contain(sent => sent.Path == "/v1/metrics" && sent.Body.Contains("taskprocessing.tasks.scheduled"));
        received.Should().OnlyContain(sent => sent.Body.Contains("queue-of-the-test"));
    }

    [Fact]
    public async Task An_endpoint_that_is_none_is_named_at_the_start()
    {
        var variables = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4317" };
        using var program = ProgramDriver.Start(_directory.Path, variables, "--urls=http://127.0.0.1:0");

        var ended = await program.EndAsync();

        ended.ExitCode.Should().Be(1);
        ended.Error.Should().Contain("OTEL_EXPORTER_OTLP_ENDPOINT: \"collector:4317\" is no http or https address");
    }
}
