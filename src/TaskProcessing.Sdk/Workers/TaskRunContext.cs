using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>What a provider gets to run one task with: the facts of the task, a logger, cancellation, and ways to report.</summary>
public sealed class TaskRunContext
{
    private readonly Func<double, ValueTask> _reportProgress;
    private readonly Func<TaskOutput, ValueTask> _streamOutput;

    internal TaskRunContext(
        ClaimedTask claimed,
        ILogger logger,
        Func<double, ValueTask> reportProgress,
        Func<TaskOutput, ValueTask> streamOutput,
        CancellationToken cancellationToken,
        CancellationToken stoppingToken)
    {
        Task = claimed.Task;
        ProviderId = claimed.ProviderId;
        Logger = logger;
        CancellationToken = cancellationToken;
        StoppingToken = stoppingToken;
        _reportProgress = reportProgress;
        _streamOutput = streamOutput;
    }

    /// <summary>The task as it was claimed.</summary>
    public ProtocolTask Task { get; }

    /// <summary>The id of the provider that the task was handed out for.</summary>
    public string ProviderId { get; }

    /// <summary>Logs with the task's id and type attached.</summary>
    public ILogger Logger { get; }

    /// <summary>Cancelled when the result is no longer wanted: the task was cancelled, or the worker gives up waiting for it.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Cancelled when the worker has been asked to stop; the task may still be finished while the worker drains.</summary>
    public CancellationToken StoppingToken { get; }

    /// <summary>The text of a Text or Enum input slot.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no text.</exception>
    public string Text(string key) =>
        Find(key) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Missing(key, "text");

    /// <summary>The text of an optional slot, or null.</summary>
    public string? TextOrNull(string key) => Find(key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The number of a Number input slot; numeric strings count.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no number.</exception>
    public double Number(string key) => NumberOrNull(key) ?? throw Missing(key, "number");

    /// <summary>The number of an optional slot, or null.</summary>
    public double? NumberOrNull(string key) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        { ValueKind: JsonValueKind.String } value when double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>The texts of a ListOfTexts input slot.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no list of texts.</exception>
    public IReadOnlyList<string> Texts(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } value && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Missing(key, "list of texts");

    /// <summary>Reports how far the task is, 0 to 1. Call it as often as you like: reports are throttled.</summary>
    public ValueTask ReportProgressAsync(double progress) => _reportProgress(progress);

    /// <summary>Shows the client a part of the output, when it asked for that; otherwise does nothing. Throttled.</summary>
    public ValueTask StreamOutputAsync(TaskOutput output) => _streamOutput(output);

    private JsonElement? Find(string key) =>
        Task.Input.ValueKind == JsonValueKind.Object && Task.Input.TryGetProperty(key, out var value) ? value : null;

    private static TaskFailedException Missing(string key, string kind) => new($"The input slot \"{key}\" holds no {kind}.");
}
