using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers.Running;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Work from a server over HTTP, as a provider app with AppAPI's headers.</summary>
public sealed class OcsWorkSource : IWorkSource, IDisposable
{
    private const string Tasks = "ocs/v2.php/taskprocessing/tasks_provider";
    private const string Registry = "ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";

    private readonly OcsConnection _connection;
    private readonly OptionalFileSlots _fileSlots;
    private readonly TaskClaims _claims;
    private readonly ResultDelivery _results;
    private readonly HeartbeatWatch _watch;
    private readonly TimeSpan _wait;
    private volatile ServerProduct? _product;
    private volatile bool _streamingUnknown;

    /// <summary>Connects on the first call.</summary>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public OcsWorkSource(OcsWorkerOptions options, TimeProvider time)
        : this(options, time, NullLogger<OcsWorkSource>.Instance) { }

    /// <summary>Connects on the first call.</summary>
    /// <param name="options">The server, and the app's credentials there.</param>
    /// <param name="time">All pauses go by it.</param>
    /// <param name="logger">For what the server cannot take.</param>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public OcsWorkSource(OcsWorkerOptions options, TimeProvider time, ILogger<OcsWorkSource> logger)
        : this(
            new OcsConnection(options.Server!, options.CheckedCredentials(), options.Wait + options.AnswerTimeout, time)
            {
                Gate = new AppGate(time),
            },
            options,
            time,
            logger
        )
    {
        // The last constructor does all.
    }

    /// <summary>Calls through the given client, which has the server's base address; the caller disposes of it.</summary>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public OcsWorkSource(HttpClient http, OcsWorkerOptions options, TimeProvider time)
        : this(Through(http, options, time), options, time, NullLogger<OcsWorkSource>.Instance)
    {
        // The last constructor does all.
    }

    /// <summary>Calls through the given connection; one without a gate leaves it to the caller when a server is left alone.</summary>
    internal OcsWorkSource(OcsConnection connection, OcsWorkerOptions options, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _fileSlots = new OptionalFileSlots(logger);
        _claims = new TaskClaims(_connection);
        _results = new ResultDelivery(_connection, FinishAloneAsync);
        _watch = new HeartbeatWatch(ReportAsync, options.Wait, time);
        _wait = options.Wait;
        JournalKey = $"{options.Server} {options.AppId}";
    }

    /// <inheritdoc />
    /// <remarks>True on TaskProcessing servers, which <c>status.php</c> names.</remarks>
    public bool HoldsClaims => _wait > TimeSpan.Zero && _product is { HoldsClaims: true };

    /// <inheritdoc />
    public string JournalKey { get; }

    /// <summary>
    /// The time until which no call is made, because the server refuses the app: it is disabled, its credentials are wrong, or all apps of
    /// this address are locked out (<see cref="OcsException.Silence"/>). Calls throw at once until then. Then a single
    /// <c>GET ex-app/state</c> finds out whether the app is accepted again. Null when calls are made.
    /// </summary>
    public DateTimeOffset? SilentUntil => _connection.Gate?.ClosedUntil;

    /// <summary>Ends the silence of <see cref="SilentUntil"/>: the server says, or somebody, that the app is accepted again.</summary>
    public void EndSilence() => _connection.Gate?.Open();

    /// <inheritdoc />
    /// <remarks>
    /// A server that is no TaskProcessing server gets no optional input slots that hold files: Nextcloud then refuses each task without
    /// them. A warning names the slots.
    /// </remarks>
    public async ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        // Anew each time: the server may be another one, or have a new version.
        _product = await ServerProduct.FindAsync(_connection, cancellationToken).ConfigureAwait(false);
        foreach (var provider in providers)
        {
            using var request = _connection.Request(HttpMethod.Post, Registry);
            var fitting = _product.TakesOptionalFileSlots ? provider : _fileSlots.LeaveOut(provider);
            request.Content = OcsConnection.Json(json => ProviderRegistration.Write(json, fitting));
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
        await RecogniseAsync(cancellationToken).ConfigureAwait(false);
        return await _claims.ClaimAsync(providers, HoldsClaims ? _wait : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Claims up to so many tasks without waiting; one, where the server hands out one at a time.</summary>
    internal async Task<IReadOnlyList<ClaimedTask>> ClaimManyAsync(
        IReadOnlyCollection<ProviderDescriptor> providers,
        int most,
        CancellationToken cancellationToken
    )
    {
        await RecogniseAsync(cancellationToken).ConfigureAwait(false);
        var asked = _product is { GivesBatches: true } ? most : 1;
        return await _claims.ClaimManyAsync(providers, asked, cancellationToken).ConfigureAwait(false);
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
    /// <remarks>
    /// Results that pile up behind others go together, where the server can take many at once. A server that keeps one error text, as
    /// Nextcloud before 33, gets the sentence for the user in it.
    /// </remarks>
    public async ValueTask<ProcessingStatus?> FinishAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken)
    {
        if (result is { Output: null, UserFacingErrorMessage: not null })
        {
            await RecogniseAsync(cancellationToken).ConfigureAwait(false);
            if (_product?.KeepsUserMessages == false)
                result = result with { ErrorMessage = WithUserMessage(result) };
        }

        return await _results.DeliverAsync(task, result, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    /// <remarks>
    /// Heartbeats that the server holds until the task is no longer wanted. Work that is done within a second goes without.
    /// </remarks>
    public ValueTask<ProcessingStatus?> WhenUnwantedAsync(ClaimedTask task, CancellationToken cancellationToken) =>
        _watch.WhenUnwantedAsync(task, cancellationToken);

    /// <inheritdoc />
    /// <remarks>True with a claim number: a Nextcloud gives none, and takes nothing back.</remarks>
    public bool CanRelease(ClaimedTask task) => task.Claim is not null;

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

    private static OcsConnection Through(HttpClient http, OcsWorkerOptions options, TimeProvider time)
    {
        options.Server ??= http.BaseAddress;
        return new OcsConnection(http, options.CheckedCredentials(), time) { Gate = new AppGate(time) };
    }

    private async ValueTask RecogniseAsync(CancellationToken cancellationToken) =>
        _product ??= await ServerProduct.FindAsync(_connection, cancellationToken).ConfigureAwait(false);

    private static string WithUserMessage(TaskResult result) =>
        result.ErrorMessage is { Length: > 0 } message && message != result.UserFacingErrorMessage
            ? $"{result.UserFacingErrorMessage} ({message})"
            : result.UserFacingErrorMessage!;

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
}
