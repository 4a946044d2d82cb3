using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Client;

/// <summary>
/// Schedules tasks on a server and follows them. Every call throws <see cref="OcsException"/> when the server refuses it
/// or cannot be reached. Safe for concurrent use; keep one for long.
/// </summary>
public sealed class TaskClient : IDisposable
{
    private const string Root = "ocs/v2.php/taskprocessing/";

    // Servers hold a request for a minute at most.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromSeconds(5);

    private readonly OcsConnection _connection;
    private readonly TimeProvider _time;
    private readonly string _tasks;

    /// <summary>A client with connections of its own; it connects on the first call.</summary>
    /// <param name="server">The server's address, such as <c>https://cloud.example.org</c>.</param>
    /// <param name="credentials">The owner of the tasks.</param>
    /// <param name="time">The clock of the pauses; null for the system's.</param>
    public TaskClient(Uri server, OcsCredentials credentials, TimeProvider? time = null)
        : this(new OcsConnection(server, credentials, LongPoll + AnswerTimeout, time ?? TimeProvider.System), credentials, time) { }

    /// <summary>
    /// A client that calls through the given one. The given client has the server's base address, and the caller disposes
    /// of it.
    /// </summary>
    /// <param name="http">Its timeout must be longer than thirty seconds.</param>
    /// <param name="credentials">The owner of the tasks.</param>
    /// <param name="time">The clock of the pauses; null for the system's.</param>
    public TaskClient(HttpClient http, OcsCredentials credentials, TimeProvider? time = null)
        : this(new OcsConnection(http, credentials, time ?? TimeProvider.System), credentials, time) { }

    private TaskClient(OcsConnection connection, OcsCredentials credentials, TimeProvider? time)
    {
        _connection = connection;
        _time = time ?? TimeProvider.System;
        // Tasks without a user, which an app schedules for itself, have routes of their own.
        _tasks = credentials.IsAppWithoutUser ? Root + "tasks_consumer/" : Root;
    }

    /// <summary>The task types that can be scheduled now, by id.</summary>
    public async Task<IReadOnlyDictionary<string, TaskTypeInfo>> GetTaskTypesAsync(CancellationToken cancellationToken = default)
    {
        var data = await SendAsync(HttpMethod.Get, _tasks + "tasktypes", cancellationToken).ConfigureAwait(false);
        try
        {
            return TaskTypeInfo.ReadAll(data).ToDictionary(type => type.Id);
        }
        catch (JsonException exception)
        {
            throw new OcsException($"The task types in the answer cannot be read: {exception.Message}", HttpStatusCode.OK);
        }
    }

    /// <summary>Schedules a task.</summary>
    /// <returns>The task with its id and, filled in, the defaults of its input.</returns>
    /// <exception cref="OcsException">
    /// Among others: <see cref="OcsErrorKind.NotAvailable"/> (no provider serves the type), <see cref="OcsErrorKind.InvalidInput"/>
    /// (the message says which slot), <see cref="OcsErrorKind.RateLimited"/>.
    /// </exception>
    public async Task<ProtocolTask> ScheduleAsync(TaskRequest task, CancellationToken cancellationToken = default)
    {
        using var request = _connection.Request(HttpMethod.Post, _tasks + "schedule");
        if (task.IdempotencyKey is { } key)
            request.Headers.Add("Idempotency-Key", key);
        request.Content = OcsConnection.Json(json =>
        {
            json.WritePropertyName("input");
            json.WriteRawValue(task.Input.ToJson());
            json.WriteString("type", task.Type);
            json.WriteString("appId", task.AppId);
            json.WriteString("customId", task.CustomId);
            json.WriteString("webhookUri", task.WebhookUri);
            json.WriteString("webhookMethod", task.WebhookMethod);
            json.WriteBoolean("includeWatermark", task.IncludeWatermark);
            json.WriteBoolean("preferStreaming", task.PreferStreaming);
        });
        return ProtocolTask.FromData(await SendAsync(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The task as it is now.</summary>
    /// <exception cref="OcsException"><see cref="OcsErrorKind.NotFound"/>: the task does not exist or has another owner.</exception>
    public async Task<ProtocolTask> GetAsync(long id, CancellationToken cancellationToken = default) =>
        ProtocolTask.FromData(await SendAsync(HttpMethod.Get, $"{_tasks}task/{id}", cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Waits until a task has ended, in any way. The server is asked to answer when something changes; a server without
    /// long polls is polled, at growing intervals. Waits while the server is away.
    /// </summary>
    /// <param name="id">The task.</param>
    /// <param name="onChange">Called first with the task as it is, then whenever its status, progress or output has changed.</param>
    /// <param name="timeout">The longest wait; null for ever.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="TimeoutException">The task had not ended in time; it goes on.</exception>
    public async Task<ProtocolTask> WaitAsync(
        long id,
        Action<ProtocolTask>? onChange = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    )
    {
        using var ends = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, cancellationToken);
        try
        {
            ProtocolTask? last = null;
            await foreach (var task in PollAsync(id, either.Token).ConfigureAwait(false))
            {
                onChange?.Invoke(task);
                last = task;
            }

            return last!;
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Task {id} had not ended after {timeout}.");
        }
    }

    /// <summary>Schedules a task and waits until it has ended, in any way.</summary>
    /// <inheritdoc cref="WaitAsync" path="/param" />
    /// <param name="task">The task to schedule.</param>
    public async Task<ProtocolTask> RunAsync(
        TaskRequest task,
        Action<ProtocolTask>? onChange = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    )
    {
        var scheduled = await ScheduleAsync(task, cancellationToken).ConfigureAwait(false);
        return await WaitAsync(scheduled.Id, onChange, timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Follows a task until it has ended: first as it is, then after every change of its status, progress or output. Uses
    /// the server's stream of events, which sends only changes; without one it polls like <see cref="WaitAsync"/>. Waits
    /// while the server is away, and continues with the present state.
    /// </summary>
    /// <exception cref="OcsException"><see cref="OcsErrorKind.NotFound"/>: the task does not exist, has another owner, or was
    /// deleted.</exception>
    public async IAsyncEnumerable<ProtocolTask> FollowAsync(long id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var events = new TaskEvents(_connection, $"{_tasks}task/{id}/events", _time);
        await using (events.ConfigureAwait(false))
        {
            while (await events.NextAsync(cancellationToken).ConfigureAwait(false) is { } task)
                yield return task;
        }

        if (!events.AreUnknown)
            yield break;
        await foreach (var task in PollAsync(id, cancellationToken).ConfigureAwait(false))
            yield return task;
    }

    /// <summary>
    /// The text of an output slot as it grows, for tasks with <see cref="TaskRequest.PreferStreaming"/> and a provider
    /// that streams; of other tasks it is one piece. Ends when the task has ended, in any way.
    /// </summary>
    /// <inheritdoc cref="FollowAsync" path="/exception" />
    public async IAsyncEnumerable<TextPiece> StreamTextAsync(
        long id,
        string slot = "output",
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var text = "";
        await foreach (var task in FollowAsync(id, cancellationToken).ConfigureAwait(false))
        {
            var now =
                task.Output is { ValueKind: JsonValueKind.Object } output
                && output.TryGetProperty(slot, out var value)
                && value.ValueKind == JsonValueKind.String
                    ? value.GetString()!
                    : "";
            var grew = now.StartsWith(text, StringComparison.Ordinal);
            if (now != text || task.Status.IsFinal())
                yield return new TextPiece(grew ? now[text.Length..] : now, !grew, task);
            text = now;
        }
    }

    /// <summary>Cancels a task; one that has ended stays as it is.</summary>
    /// <returns>The task after that.</returns>
    public async Task<ProtocolTask> CancelAsync(long id, CancellationToken cancellationToken = default) =>
        ProtocolTask.FromData(await SendAsync(HttpMethod.Post, $"{_tasks}tasks/{id}/cancel", cancellationToken).ConfigureAwait(false));

    /// <summary>Deletes a task. Some servers say when there was none (<see cref="OcsErrorKind.NotFound"/>), others do not.</summary>
    public Task DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, $"{_tasks}task/{id}", cancellationToken);

    /// <summary>The user's tasks, those of all apps or of one.</summary>
    /// <param name="taskType">Only tasks of this type; null for all. Ignored when an app is named.</param>
    /// <param name="customId">Only tasks with this mark; null for all.</param>
    /// <param name="appId">Only tasks that this app scheduled; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<ProtocolTask>> ListAsync(
        string? taskType = null,
        string? customId = null,
        string? appId = null,
        CancellationToken cancellationToken = default
    )
    {
        var path = appId is null ? $"{Root}tasks" : $"{Root}tasks/app/{Uri.EscapeDataString(appId)}";
        string[] filters =
        [
            .. appId is null && taskType is not null ? [$"taskType={Uri.EscapeDataString(taskType)}"] : Array.Empty<string>(),
            .. customId is not null ? [$"customId={Uri.EscapeDataString(customId)}"] : Array.Empty<string>(),
        ];
        var data = await SendAsync(HttpMethod.Get, filters.Length == 0 ? path : $"{path}?{string.Join('&', filters)}", cancellationToken)
            .ConfigureAwait(false);
        return ProtocolTask.ListFromData(data);
    }

    /// <summary>Writes a file that a task names in its input or output to a stream.</summary>
    /// <exception cref="OcsException"><see cref="OcsErrorKind.NotFound"/>: the task does not name the file, or it is gone.</exception>
    public async Task DownloadFileAsync(long taskId, long fileId, Stream destination, CancellationToken cancellationToken = default)
    {
        using var request = _connection.Request(HttpMethod.Get, $"{Root}tasks/{taskId}/file/{fileId}");
        var content = await _connection.DownloadAsync(request, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
            await content.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();

    /// <summary>The task as it is, and after each change, until it has ended.</summary>
    private async IAsyncEnumerable<ProtocolTask> PollAsync(long id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var polling = new Backoff(FirstPoll, SlowestPoll);
        var failing = new Backoff(FirstPoll, SlowestPoll);
        ProtocolTask? known = null;
        var mayWait = true;
        while (known?.Status.IsFinal() != true)
        {
            var askedAt = _time.GetTimestamp();
            var changed = false;
            TimeSpan pause;
            try
            {
                // The first question wants to know how things are; only from then on a change can be waited for.
                var wait = known is null || !mayWait ? "" : $"?wait={LongPoll.TotalSeconds:0}";
                var task = ProtocolTask.FromData(
                    await SendAsync(HttpMethod.Get, $"{_tasks}task/{id}{wait}", cancellationToken).ConfigureAwait(false)
                );
                failing.Reset();
                mayWait = true;
                changed = known is null || HasChanged(known, task);
                known = task;
                pause = changed ? TimeSpan.Zero : polling.Next() - _time.GetElapsedTime(askedAt);
                if (pause <= TimeSpan.Zero)
                    polling.Reset();
            }
            catch (OcsException exception) when (exception.MayPass)
            {
                // Beyond the limit of held requests a call without a wait is still answered.
                mayWait = exception.Kind != OcsErrorKind.RateLimited;
                pause = failing.Next(exception.RetryAfter);
            }

            if (changed)
                yield return known!;
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool HasChanged(ProtocolTask known, ProtocolTask now) =>
        known.Status != now.Status || known.Progress != now.Progress || known.Output?.GetRawText() != now.Output?.GetRawText();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = _connection.Request(method, path);
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false) ?? default;
}
