using System.Diagnostics;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>samples/WordCountProvider as a process of its own; it brings a custom type with choices and a default.</summary>
public sealed class SampleProviderTests
{
    private const string Type = "sample:count";

    [Fact]
    public async Task The_sample_registers_its_type_and_counts()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        await server.AddExAppAsync("wordcount");
        using var sample = Start(server);
        try
        {
            await Eventually.BecomesTrue(
                () => server.Get<CurrentTaskTypes>().Current.Find(Type) is not null || sample.HasExited,
                "the registration"
            );
            sample.HasExited.Should().BeFalse();

            var words = await alice.SucceedAsync(Type, new { text = "One two  three\nfour" });
            words.GetProperty("input").GetProperty("unit").GetString().Should().Be("words", "that is the default");
            words.GetProperty("output").GetProperty("count").GetDouble().Should().Be(4);
            words.GetProperty("output").GetProperty("summary").GetString().Should().Be("The text has 4 words.");
            var lines = await alice.SucceedAsync(Type, new { text = "One two  three\nfour", unit = "lines" });
            lines.GetProperty("output").GetProperty("count").GetDouble().Should().Be(2);

            var refused = await alice.TryScheduleAsync(Type, new { text = "x", unit = "miles" });
            refused.HttpStatus.Should().Be(400);
            refused.Message.Should().Contain("unit");
        }
        finally
        {
            sample.Kill();
            await sample.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task With_a_port_it_is_brought_up_disabled_and_enabled_by_the_server()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        var port = Loopback.FreePort();
        using var sample = Start(server, port);
        try
        {
            await server.AddExAppAsync("wordcount", url: $"http://127.0.0.1:{port}");
            await Eventually.BecomesTrue(() => IsOffered(server), "the registration");
            (await alice.SucceedAsync(Type, new { text = "One two" }))
                .GetProperty("output")
                .GetProperty("count")
                .GetDouble()
                .Should()
                .Be(2);

            await server.Get<EnableExApp>().RunAsync("wordcount", enabled: false, CancellationToken.None);
            await Eventually.BecomesTrue(() => !IsOffered(server), "the removal of the providers");
            await server.Get<EnableExApp>().RunAsync("wordcount", enabled: true, CancellationToken.None);
            await Eventually.BecomesTrue(() => IsOffered(server), "the second registration");

            (await alice.SucceedAsync(Type, new { text = "One" })).GetProperty("output").GetProperty("count").GetDouble().Should().Be(1);
        }
        finally
        {
            sample.Kill();
            await sample.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static bool IsOffered(TestServer server) => server.Get<CurrentTaskTypes>().Current.Find(Type) is not null;

    private static Process Start(TestServer server, int? port = null) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Repository.SampleProgram])
            {
                RedirectStandardOutput = false,
                Environment =
                {
                    ["NEXTCLOUD_URL"] = server.Address.ToString(),
                    ["APP_ID"] = "wordcount",
                    ["APP_VERSION"] = "1.0.0",
                    ["APP_SECRET"] = "secret",
                    ["APP_PORT"] = port?.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ["Logging__LogLevel__Default"] = "Warning",
                },
            }
        )!;
}
