using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A logger that keeps its lines, such as "Warning: The server …"; a stack trace is marked by "(+ exception)".</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public IEnumerable<string> Warnings => Lines.Where(line => !line.StartsWith("Information", StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => _lines.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : " (+ exception)")}");
}
