using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// The context in which a provider runs one task: the facts of the task, a logger, cancellation, and ways to report.
/// </summary>
public sealed class TaskRunContext
{
    private readonly ITaskRunHost _host;

    internal TaskRunContext(
        ITaskRunHost host,
        ClaimedTask claimed,
        ILogger logger,
        CancellationToken cancellationToken,
        CancellationToken stoppingToken
    )
    {
        _host = host;
        Task = claimed.Task;
        ProviderId = claimed.ProviderId;
        Logger = logger;
        CancellationToken = cancellationToken;
        StoppingToken = stoppingToken;
    }

    /// <summary>The task as it was claimed.</summary>
    public ProtocolTask Task { get; }

    /// <summary>The id of the provider that the task was handed out for.</summary>
    public string ProviderId { get; }

    /// <summary>Logs with the task's id and type attached.</summary>
    public ILogger Logger { get; }

    /// <summary>
    /// Cancelled when the result is no longer wanted: the task was cancelled, or the worker gives up waiting for it.
    /// <see cref="StopReason"/> has the reason.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Cancelled when the worker has been asked to stop; the task may still be finished while the worker drains.</summary>
    public CancellationToken StoppingToken { get; }

    /// <summary>
    /// The reason for which <see cref="CancellationToken"/> was cancelled; <see cref="StopReason.None"/> as long as it
    /// was not.
    /// </summary>
    public StopReason StopReason => _host.StopReason;

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
    public double? NumberOrNull(string key) =>
        Find(key) switch
        {
            { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
            { ValueKind: JsonValueKind.String } value
                when double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };

    /// <summary>The texts of a ListOfTexts input slot.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no list of texts.</exception>
    public IReadOnlyList<string> Texts(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } value && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Missing(key, "list of texts");

    /// <summary>The file id of an input slot.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no file id.</exception>
    public long FileId(string key) => Find(key) is { } value && IdOf(value) is { } id ? id : throw Missing(key, "file id");

    /// <summary>The file ids of a list slot.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no list of file ids.</exception>
    public IReadOnlyList<long> FileIds(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } value && value.EnumerateArray().All(item => IdOf(item) is not null)
            ? [.. value.EnumerateArray().Select(item => IdOf(item)!.Value)]
            : throw Missing(key, "list of file ids");

    /// <summary>Opens a file that the input names; dispose of it after use.</summary>
    /// <exception cref="TaskFailedException">The file is gone.</exception>
    public async ValueTask<Stream> OpenFileAsync(long fileId) =>
        await _host.OpenFileAsync(fileId).ConfigureAwait(false) ?? throw new TaskFailedException($"The file {fileId} cannot be found.");

    /// <summary>Opens the file of an input slot that holds one; dispose of it after use.</summary>
    /// <exception cref="TaskFailedException">The slot is missing or no file id, or the file is gone.</exception>
    public ValueTask<Stream> OpenFileAsync(string key) => OpenFileAsync(FileId(key));

    /// <summary>Stores a file and answers the id that the output shall name.</summary>
    /// <exception cref="TaskFailedException">The server will not take the file; the message has the likely cause.</exception>
    public ValueTask<long> UploadFileAsync(Stream content, string fileName) => _host.UploadFileAsync(content, fileName);

    /// <summary>
    /// Reports the progress of the task, 0 to 1; a value outside counts as the nearer end. Call it as often as you like:
    /// it never waits for the server, and reports are throttled. A value lower than before is not shown.
    /// </summary>
    /// <exception cref="OperationCanceledException">The result is no longer wanted.</exception>
    public ValueTask ReportProgressAsync(double progress)
    {
        CancellationToken.ThrowIfCancellationRequested();
        _host.ReportProgress(double.IsNaN(progress) ? 0 : Math.Clamp(progress, 0, 1));
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Shows the client the output so far, from its start; does nothing unless the client asked for it
    /// (<see cref="ProtocolTask.PreferStreaming"/>). Throttled like progress: only the newest is sent.
    /// </summary>
    /// <exception cref="OperationCanceledException">The result is no longer wanted.</exception>
    public ValueTask StreamOutputAsync(TaskOutput output)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (Task.PreferStreaming)
            _host.StreamOutput(output.Copy());

        return ValueTask.CompletedTask;
    }

    private static long? IdOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var id) => id,
            JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) => id,
            _ => null,
        };

    private JsonElement? Find(string key) =>
        Task.Input.ValueKind == JsonValueKind.Object && Task.Input.TryGetProperty(key, out var value) ? value : null;

    private static TaskFailedException Missing(string key, string kind) => new($"The input slot \"{key}\" holds no {kind}.");
}

/// <summary>The runner of a provider: the worker, or the test bench.</summary>
internal interface ITaskRunHost
{
    StopReason StopReason { get; }

    void ReportProgress(double progress);

    void StreamOutput(TaskOutput output);

    ValueTask<Stream?> OpenFileAsync(long fileId);

    ValueTask<long> UploadFileAsync(Stream content, string fileName);
}
