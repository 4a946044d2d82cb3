using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Work from a server over HTTP, as a provider app with AppAPI's headers.</summary>
public sealed class OcsWorkSource : IWorkSource, IDisposable
{
    private const string Tasks = "ocs/v2.php/taskprocessing/tasks_provider";
    private const string Registry = "ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";

    // Servers and proxies commonly end a request line at 8 KB.
    private const int LongestQuery = 4000;

    private static readonly TimeSpan WatchPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWatchPause = TimeSpan.FromSeconds(30);

    private readonly OcsConnection _connection;
    private readonly AppGate _gate;
    private readonly TimeProvider _time;
    private readonly ResultDelivery _results;
    private readonly TimeSpan _wait;
    private volatile bool _streamingUnknown;
    private volatile bool _watchingUnknown;

    /// <summary>Connects on the first call.</summary>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public OcsWorkSource(OcsWorkerOptions options, TimeProvider time)
    {
        _gate = new AppGate(time);
        _connection = new OcsConnection(options.Server!, options.CheckedCredentials(), options.Wait + options.AnswerTimeout, time)
        {
            Gate = _gate,
        };
        _time = time;
        _results = new ResultDelivery(_connection, FinishAloneAsync);
        _wait = options.Wait;
    }

    /// <summary>Calls through the given client, which has the server's base address; the caller disposes of it.</summary>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public OcsWorkSource(HttpClient http, OcsWorkerOptions options, TimeProvider time)
    {
        options.Server ??= http.BaseAddress;
        _gate = new AppGate(time);
        _connection = new OcsConnection(http, options.CheckedCredentials(), time) { Gate = _gate };
        _time = time;
        _results = new ResultDelivery(_connection, FinishAloneAsync);
        _wait = options.Wait;
    }

    /// <summary>
    /// The time until which no call is made, because the server refuses the app: it is disabled, its credentials are wrong, or all apps of
    /// this address are locked out (<see cref="OcsException.Silence"/>). Calls throw at once until then. Then a single
    /// <c>GET ex-app/state</c> finds out whether the app is accepted again. Null when calls are made.
    /// </summary>
    public DateTimeOffset? SilentUntil => _gate.ClosedUntil;

    /// <summary>Ends the silence of <see cref="SilentUntil"/>: the server says, or somebody, that the app is accepted again.</summary>
    public void EndSilence() => _gate.Open();

    /// <inheritdoc />
    public async ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            using var request = _connection.Request(HttpMethod.Post, Registry);
            request.Content = OcsConnection.Json(json => ProviderRegistration.Write(json, provider));
            await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            using var request = _connection.Request(HttpMethod.Delete, $"{Registry}?name={Uri.EscapeDataString(provider.Id)}");
            try
            {
                await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (OcsException absent) when (absent.OcsStatus == 404)
            {
                // The provider is gone, as intended.
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        using var request = NextRequest(
            [.. providers.Select(provider => provider.Id)],
            [.. providers.Select(provider => provider.TaskType).Distinct()]
        );
        if (await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false) is not { } data)
            return null;

        return ClaimAnswer.Read(data);
    }

    /// <inheritdoc />
    public ValueTask<ProcessingStatus?> ReportProgressAsync(ClaimedTask task, double progress, CancellationToken cancellationToken) =>
        ReportAsync(task, "progress", json => json.WriteNumber("progress", progress), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<ProcessingStatus?> StreamOutputAsync(ClaimedTask task, TaskOutput output, CancellationToken cancellationToken)
    {
        if (_streamingUnknown)
            return ProcessingStatus.Unknown;

        try
        {
            return await ReportAsync(task, "stream-result", json => WriteOutput(json, output), cancellationToken).ConfigureAwait(false);
        }
        catch (OcsException exception) when (exception.Kind == OcsErrorKind.NotFound)
        {
            // Servers before Nextcloud 35 have no such route, which is not worth another try.
            _streamingUnknown = true;
            return ProcessingStatus.Unknown;
        }
    }

    /// <inheritdoc />
    /// <remarks>Results that pile up behind others go together, where the server can take many at once.</remarks>
    public ValueTask<ProcessingStatus?> FinishAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken) =>
        _results.DeliverAsync(task, result, cancellationToken);

    /// <inheritdoc />
    /// <remarks>
    /// Heartbeats that the server holds until the task is no longer wanted. Work that is done within a second goes without.
    /// </remarks>
    public async ValueTask<ProcessingStatus?> WhenUnwantedAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        var failing = new Backoff(WatchPause, LongestWatchPause);
        var pause = WatchPause;
        while (true)
        {
            await Task.Delay(_watchingUnknown || _wait <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : pause, _time, cancellationToken)
                .ConfigureAwait(false);
            var askedAt = _time.GetTimestamp();
            try
            {
                var status = await ReportAsync(
                        task,
                        "heartbeat",
                        json => json.WriteNumber("wait", (int)_wait.TotalSeconds),
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                if (status is null || status.Value.IsFinal())
                    return status;

                // A server that stops answers early; one that is asked at once again would be asked without end.
                pause = _time.GetElapsedTime(askedAt) < WatchPause ? failing.Next() : TimeSpan.Zero;
                if (pause == TimeSpan.Zero)
                    failing.Reset();
            }
            catch (OcsException exception)
                when (exception.Kind is OcsErrorKind.NotFound or OcsErrorKind.InvalidInput or OcsErrorKind.NotAvailable)
            {
                // Nextcloud has no such route, which is not worth another try.
                _watchingUnknown |= exception.Kind == OcsErrorKind.NotFound;
                pause = Timeout.InfiniteTimeSpan;
            }
            catch (OcsException exception)
            {
                pause = failing.Next(exception.RetryAfter);
            }
        }
    }

    /// <inheritdoc />
    /// <remarks>
    /// A server without claim numbers cannot tell whose task it is, and most have no such route: there the lease has to
    /// end.
    /// </remarks>
    public async ValueTask ReleaseAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        if (task.Claim is null)
            return;

        try
        {
            await ReportAsync(task, "release", _ => { }, cancellationToken).ConfigureAwait(false);
        }
        catch (OcsException over) when (over.OcsStatus == 409)
        {
            // It is another worker's by now, or an earlier call that was not answered has given it back.
        }
    }

    /// <inheritdoc />
    public async ValueTask<Stream?> OpenFileAsync(ClaimedTask task, long fileId, CancellationToken cancellationToken)
    {
        using var request = _connection.Request(HttpMethod.Get, $"{Tasks}/{task.Task.Id}/file/{fileId}");
        try
        {
            return await _connection.DownloadAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OcsException gone) when (gone.OcsStatus == 404)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask<long> UploadFileAsync(ClaimedTask task, Stream content, string fileName, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent
        {
            { new BorrowedStreamContent(content), "\"file\"", $"\"{fileName.Replace('"', '\'')}\"" },
        };
        using var request = _connection.Request(HttpMethod.Post, $"{Tasks}/{task.Task.Id}/file");
        request.Content = form;
        var data = await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return
            data is { ValueKind: JsonValueKind.Object } stored
            && stored.TryGetProperty("fileId", out var id)
            && id.TryGetInt64(out var fileId)
            ? fileId
            : throw new OcsException($"The server stored \"{fileName}\" but named no file id.", System.Net.HttpStatusCode.OK);
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();

    private HttpRequestMessage NextRequest(string[] providerIds, string[] taskTypeIds)
    {
        var wait = _wait > TimeSpan.Zero ? $"wait={((int)_wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)}" : "";
        var query = string.Join(
            '&',
            providerIds
                .Select(id => $"providerIds[]={Uri.EscapeDataString(id)}")
                .Concat(taskTypeIds.Select(id => $"taskTypeIds[]={Uri.EscapeDataString(id)}"))
        );
        if (query.Length <= LongestQuery)
            return _connection.Request(HttpMethod.Get, $"{Tasks}/next?{query}{(wait.Length > 0 ? "&" : "")}{wait}");

        // Servers read a JSON body on GET too; only here, because some proxies drop it.
        var request = _connection.Request(HttpMethod.Get, $"{Tasks}/next?{wait}");
        request.Content = OcsConnection.Json(json =>
        {
            WriteList(json, "providerIds", providerIds);
            WriteList(json, "taskTypeIds", taskTypeIds);
        });
        return request;
    }

    private ValueTask<ProcessingStatus?> FinishAloneAsync(PendingResult result) =>
        ReportAsync(result.Task, "result", result.Write, result.CancellationToken);

    private async ValueTask<ProcessingStatus?> ReportAsync(
        ClaimedTask task,
        string what,
        Action<Utf8JsonWriter> write,
        CancellationToken cancellationToken
    )
    {
        using var request = _connection.Request(HttpMethod.Post, $"{Tasks}/{task.Task.Id}/{what}");
        request.Content = OcsConnection.Json(json =>
        {
            write(json);
            if (task.Claim is { } claim)
                json.WriteNumber("claim", claim);
        });
        try
        {
            return await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false) is { } data
                ? ProtocolTask.FromData(data).Status
                : ProcessingStatus.Unknown;
        }
        catch (OcsException gone) when (gone.OcsStatus == 404)
        {
            // Only a 404 with an envelope means the task; a 404 of a proxy or of an unknown route does not.
            return null;
        }
    }

    private static void WriteOutput(Utf8JsonWriter json, TaskOutput? output)
    {
        json.WritePropertyName("output");
        if (output is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(output.ToJson());
    }

    private static void WriteList(Utf8JsonWriter json, string key, string[] values)
    {
        json.WriteStartArray(key);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
