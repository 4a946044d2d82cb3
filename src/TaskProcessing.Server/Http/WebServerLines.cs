using Serilog.Core;
using Serilog.Events;

namespace TaskProcessing.Server.Http;

/// <summary>
/// Lets one warning or error of each kind a minute of the web server through. Any client can cause them, without a login and by
/// thousands a second: connections above the limit, streams that are reset at once. Kestrel's metrics count them all.
/// </summary>
internal sealed class WebServerLines(TimeProvider time) : ILogEventFilter
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> _last = [];
    private readonly Lock _lock = new();

    public bool IsEnabled(LogEvent logEvent)
    {
        if (logEvent.Level < LogEventLevel.Warning || !IsOfWebServer(logEvent))
            return true;

        var kind = logEvent.MessageTemplate.Text;
        lock (_lock)
        {
            if (_last.TryGetValue(kind, out var last) && time.GetElapsedTime(last) < Interval)
                return false;

            _last[kind] = time.GetTimestamp();
            return true;
        }
    }

    private static bool IsOfWebServer(LogEvent logEvent) =>
        logEvent.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: string source }
        && source.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal);
}
