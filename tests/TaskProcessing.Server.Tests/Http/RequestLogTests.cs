using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>The lines that the log has of requests.</summary>
public sealed class RequestLogTests
{
    [Fact]
    public async Task A_request_is_one_line_with_its_caller_and_its_id()
    {
        var lines = new Lines();
        await using var server = await TestServer.StartAsync(more: services => services.AddSingleton<ILogEventSink>(lines));
        using var alice = await server.UserAsync("alice");

        using var answer = await alice.GetAsync("ocs/v2.php/taskprocessing/tasks?format=json&secret=hush");

        var id = answer.Headers.GetValues("X-Request-Id").Single();
        (await lines.OfRequestAsync(id))
            .Should()
            .MatchRegex(
                "^Information Serilog.AspNetCore.RequestLoggingMiddleware: "
                    + $"GET /ocs/v2.php/taskprocessing/tasks 200 in [0-9]+[.][0-9] ms, alice, request {id}$"
            );
    }

    [Fact]
    public async Task A_guest_is_a_network_and_a_path_never_begins_a_line()
    {
        var lines = new Lines();
        await using var server = await TestServer.StartAsync(more: services => services.AddSingleton<ILogEventSink>(lines));
        using var guest = server.Guest();

        using var types = await guest.GetAsync("ocs/v2.php/taskprocessing/tasktypes");
        using var broken = await guest.GetAsync("a%0Ab%0D%1B[31mc");

        (await lines.OfRequestAsync(types.Headers.GetValues("X-Request-Id").Single()))
            .Should()
            .Contain(" 200 in ")
            .And.Contain(", guest 127.0.0.1");
        (await lines.OfRequestAsync(broken.Headers.GetValues("X-Request-Id").Single()))
            .Should()
            .Contain("GET /a%0Ab%0D%1B")
            .And.NotContainAny("\n", "\r", "\u001b");
    }

    private sealed class Lines : ILogEventSink
    {
        private static readonly MessageTemplateTextFormatter Line = new(
            "{Level} {SourceContext}: {Message:lj}",
            CultureInfo.InvariantCulture
        );

        private readonly ConcurrentQueue<string> _lines = new();

        public void Emit(LogEvent logEvent)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            Line.Format(logEvent, text);
            _lines.Enqueue(text.ToString());
        }

        /// <summary>The line is written when the caller may have its answer already.</summary>
        public async Task<string> OfRequestAsync(string id)
        {
            await Eventually.BecomesTrue(() => _lines.Any(line => line.EndsWith(id, StringComparison.Ordinal)), "the line of the request");
            return _lines.Single(line => line.EndsWith(id, StringComparison.Ordinal));
        }
    }
}
