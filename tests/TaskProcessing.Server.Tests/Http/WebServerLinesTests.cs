using Serilog;
using Serilog.Core;
using Serilog.Events;
using TaskProcessing.Server.Http;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Lines that any client can cause do not fill the log, and none of another origin is lost.</summary>
public sealed class WebServerLinesTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Lines _lines = new();

    [Fact]
    public void One_of_each_kind_a_minute_is_written_and_everything_of_others()
    {
        using var log = new LoggerConfiguration().Filter.With(new WebServerLines(_time)).WriteTo.Sink(_lines).CreateLogger();
        var kestrel = log.ForContext(Constants.SourceContextPropertyName, "Microsoft.AspNetCore.Server.Kestrel.Connections");
        var other = log.ForContext(Constants.SourceContextPropertyName, "TaskProcessing.Server.Webhooks");

        for (var connection = 0; connection < 100; connection++)
        {
            kestrel.Warning("Connection {Id} rejected", connection);
            kestrel.Information("Connection {Id} opened", connection);
            kestrel.Fatal("Connection {Id} aborted", connection);
            other.Warning("Delivery {Id} failed", connection);
        }

        Count("rejected").Should().Be(1);
        Count("aborted").Should().Be(1);
        Count("opened").Should().Be(100);
        Count("failed").Should().Be(100);
        _time.Advance(TimeSpan.FromSeconds(60));
        kestrel.Warning("Connection {Id} rejected", 100);
        Count("rejected").Should().Be(2);
    }

    private int Count(string part) => _lines.Count(line => line.Contains(part));

    private sealed class Lines : List<string>, ILogEventSink
    {
        public void Emit(LogEvent logEvent) => Add(logEvent.MessageTemplate.Text);
    }
}
