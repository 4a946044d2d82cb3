using System.Collections.Concurrent;
using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>What a server writes into its audit trail.</summary>
internal sealed class AuditLog : ILogEventSink
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Properties["SourceContext"].ToString().Trim('"') == AuditTrail.Category)
            _lines.Enqueue(logEvent.RenderMessage(CultureInfo.InvariantCulture).Replace("\"", "", StringComparison.Ordinal));
    }
}
