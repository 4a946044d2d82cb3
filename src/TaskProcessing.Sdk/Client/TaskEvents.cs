using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Client;

/// <summary>Follows one task by the server's stream of events; one that breaks is taken up where it was.</summary>
internal sealed class TaskEvents(OcsConnection connection, string route, TimeProvider time) : IAsyncDisposable
{
    // Servers send at least a comment every fifteen seconds.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Backoff _failing = new(FirstPause, LongestPause);
    private Stream? _body;
    private IAsyncEnumerator<SseItem<string>>? _events;
    private string? _lastId;
    private ProtocolTask? _known;

    /// <summary>True when the server has no such streams.</summary>
    public bool AreUnknown { get; private set; }

    /// <summary>The task as it is, and then after each change; null when nothing more will happen, or the server has no streams.</summary>
    public async Task<ProtocolTask?> NextAsync(CancellationToken cancellationToken)
    {
        while (_known?.Status.IsFinal() != true)
        {
            TimeSpan? retryAfter = null;
            try
            {
                _events ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                if (await _events.MoveNextAsync().ConfigureAwait(false))
                {
                    _failing.Reset();
                    _lastId = _events.Current.EventId ?? _lastId;
                    return _known = After(_events.Current.EventType, JsonElement.Parse(_events.Current.Data));
                }
            }
            catch (OcsException exception) when (exception is { Kind: OcsErrorKind.NotFound, OcsStatus: not 404 })
            {
                // Only a 404 with an envelope means the task; this server does not have the route.
                AreUnknown = true;
                return null;
            }
            catch (Exception exception) when (exception is IOException or TimeoutException or OcsException { MayPass: true })
            {
                retryAfter = (exception as OcsException)?.RetryAfter;
            }

            // The server stops, or a proxy does not like long answers.
            await CloseAsync().ConfigureAwait(false);
            await Task.Delay(_failing.Next(retryAfter), time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<IAsyncEnumerator<SseItem<string>>> OpenAsync(CancellationToken cancellationToken)
    {
        using var request = connection.Request(HttpMethod.Get, route);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (_lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", _lastId);
        _body = new IdleTimeoutStream(
            await connection.DownloadAsync(request, cancellationToken).ConfigureAwait(false),
            LongestSilence,
            time
        );
        return SseParser.Create(_body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    private async ValueTask CloseAsync()
    {
        if (_body is not null)
            await _body.DisposeAsync().ConfigureAwait(false);
        if (_events is not null)
            await _events.DisposeAsync().ConfigureAwait(false);
        (_body, _events) = (null, null);
    }

    private ProtocolTask? After(string kind, JsonElement data) =>
        kind switch
        {
            "status" => ProtocolTask.FromData(data),
            "progress" => _known! with { Progress = data.GetProperty("progress").GetDouble() },
            "output" => _known! with { Output = Output(data) },
            "deleted" => throw new OcsException("The task was deleted.", HttpStatusCode.NotFound, 404),
            _ => _known,
        };

    private JsonElement Output(JsonElement data)
    {
        var piece = data.GetProperty("output");
        if (data.GetProperty("mode").GetString() != "append" || _known!.Output is not { ValueKind: JsonValueKind.Object } before)
            return piece;

        var output = before.EnumerateObject().ToDictionary(slot => slot.Name, slot => slot.Value);
        foreach (var added in piece.EnumerateObject())
        {
            var text = (output.TryGetValue(added.Name, out var start) ? start.GetString() : "") + added.Value.GetString();
            output[added.Name] = JsonSerializer.SerializeToElement(text, ProtocolJson.Default.String);
        }

        return JsonSerializer.SerializeToElement(output, ProtocolJson.Default.DictionaryStringJsonElement);
    }
}
