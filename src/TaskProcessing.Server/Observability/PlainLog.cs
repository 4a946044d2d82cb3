using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// Wraps all configured sinks, so that text from outside cannot forge a line in any of them: every value, name and
/// exception passes through <see cref="LogText"/>.
/// </summary>
/// <param name="places">The real sinks; disposed of with this one.</param>
internal sealed class PlainLog(Logger places) : ILogEventSink, IDisposable
{
    /// <summary>The number of entries of a list that are logged.</summary>
    private const int MaxEntries = 100;

    private static readonly MessageTemplateParser Parser = new();

    public void Emit(LogEvent logEvent) => places.Write(Plain(logEvent));

    public void Dispose() => places.Dispose();

    /// <summary>Most events are plain already, and stay the same object.</summary>
    private static LogEvent Plain(LogEvent logEvent)
    {
        var template = LogText.EscapeLines(logEvent.MessageTemplate.Text);
        var changed = template != logEvent.MessageTemplate.Text || logEvent.Exception is not null;
        List<LogEventProperty>? properties = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (Plain(value) is var plain && !ReferenceEquals(plain, value))
                (properties ??= []).Add(new LogEventProperty(name, plain));
        }

        if (!changed)
        {
            foreach (var property in properties ?? [])
                logEvent.AddOrUpdateProperty(property);
            return logEvent;
        }

        var copy = new LogEvent(
            logEvent.Timestamp,
            logEvent.Level,
            logEvent.Exception is { } exception ? new PlainException(exception) : null,
            template == logEvent.MessageTemplate.Text ? logEvent.MessageTemplate : Parser.Parse(template),
            logEvent.Properties.Select(property => new LogEventProperty(property.Key, property.Value)),
            logEvent.TraceId ?? default,
            logEvent.SpanId ?? default
        );
        foreach (var property in properties ?? [])
            copy.AddOrUpdateProperty(property);
        return copy;
    }

    private static LogEventPropertyValue Plain(LogEventPropertyValue value) =>
        value switch
        {
            ScalarValue { Value: string text } => LogText.Escape(text) is var plain && ReferenceEquals(plain, text)
                ? value
                : new ScalarValue(plain),
            ScalarValue { Value: null or ValueType } => value,
            ScalarValue { Value: { } thing } => Plain(new ScalarValue(thing.ToString())),
            SequenceValue sequence => new SequenceValue(sequence.Elements.Take(MaxEntries).Select(Plain)),
            StructureValue structure => new StructureValue(
                structure.Properties.Take(MaxEntries).Select(property => new LogEventProperty(property.Name, Plain(property.Value))),
                structure.TypeTag
            ),
            DictionaryValue dictionary => new DictionaryValue(
                dictionary.Elements.Take(MaxEntries).Select(entry => KeyValuePair.Create((ScalarValue)Plain(entry.Key), Plain(entry.Value)))
            ),
            _ => value,
        };

    /// <summary>Stands for an exception whose message may quote text from outside.</summary>
    private sealed class PlainException(Exception exception) : Exception(LogText.Escape(exception.Message))
    {
        public override string? StackTrace => exception.StackTrace;

        public override string ToString() => LogText.EscapeLines(exception.ToString());
    }
}
