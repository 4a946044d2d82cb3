using System.Net.Http.Headers;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>Sends calls to one server as one caller, and turns every failure into <see cref="OcsException"/>.</summary>
internal sealed class OcsConnection : IDisposable
{
    /// <summary>No server is left alone for longer, whatever it asks for; and no timer takes more than 49 days.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    private readonly HttpClient _http;
    private readonly bool _owned;
    private readonly Uri _server;
    private readonly OcsCredentials _credentials;
    private readonly TimeProvider _time;

    /// <summary>Over a connection pool of its own.</summary>
    /// <param name="server">The server's address, as a browser would be pointed at it.</param>
    /// <param name="credentials">The credentials of the caller.</param>
    /// <param name="timeout">The longest that an answer may take; long polls included.</param>
    /// <param name="time">For dates in Retry-After.</param>
    public OcsConnection(Uri server, OcsCredentials credentials, TimeSpan timeout, TimeProvider time)
    {
        // No redirects: they would turn a POST into a GET and carry an app's secret to another host.
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = TimeSpan.FromSeconds(15),
            }
        )
        {
            Timeout = timeout,
        };
        _owned = true;
        _server = Root(server);
        _credentials = credentials;
        _time = time;
    }

    /// <summary>Calls through the given client, which has the server's base address.</summary>
    public OcsConnection(HttpClient http, OcsCredentials credentials, TimeProvider time)
    {
        _http = http;
        _server = Root(http.BaseAddress ?? throw new ArgumentException("The client needs a base address.", nameof(http)));
        _credentials = credentials;
        _time = time;
    }

    public HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(_server, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Add("OCS-APIRequest", "true");
        _credentials.Apply(request.Headers);
        return request;
    }

    /// <summary>Makes the calls of a provider app, which are to stop when the server refuses the app; null for other callers.</summary>
    public AppGate? Gate { get; init; }

    /// <summary>The data of the answer; null when there is none (204).</summary>
    public Task<JsonElement?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Gate is { } gate
            ? gate.PassAsync(this, () => SendAnywayAsync(request, cancellationToken), cancellationToken)
            : SendAnywayAsync(request, cancellationToken);

    /// <summary>The answer's bytes, as they come.</summary>
    public Task<Stream> DownloadAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Gate is { } gate
            ? gate.PassAsync(this, () => DownloadAnywayAsync(request, cancellationToken), cancellationToken)
            : DownloadAnywayAsync(request, cancellationToken);

    /// <summary>As <see cref="SendAsync"/>, also while the gate is closed.</summary>
    public async Task<JsonElement?> SendAnywayAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsBroken(exception, cancellationToken))
        {
            throw Unreachable(request, exception);
        }
    }

    /// <summary>As <see cref="DownloadAsync"/>, also while the gate is closed.</summary>
    public async Task<Stream> DownloadAnywayAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _http
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

            using (response)
                await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            throw new OcsException("The server answered no file.", response.StatusCode);
        }
        catch (Exception exception) when (IsBroken(exception, cancellationToken))
        {
            throw Unreachable(request, exception);
        }
    }

    /// <summary>A JSON body, written by hand so that nothing depends on reflection.</summary>
    public static HttpContent Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        write(buffer.Json);
        buffer.Json.WriteEndObject();
        return new ByteArrayContent(buffer.Written.ToArray())
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") },
        };
    }

    public void Dispose()
    {
        if (_owned)
            _http.Dispose();
    }

    private async Task<JsonElement?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if ((int)response.StatusCode is >= 300 and < 400)
            throw new OcsException($"The server redirects to {response.Headers.Location}; use that address.", response.StatusCode);

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return OcsAnswer.Read(response.StatusCode, body, RetryAfter(response.Headers.RetryAfter));
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var pause = header?.Delta ?? (header?.Date is { } date && date > _time.GetUtcNow() ? date - _time.GetUtcNow() : null);
        return pause > LongestRetryAfter ? LongestRetryAfter : pause;
    }

    private static bool IsBroken(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException;

    private OcsException Unreachable(HttpRequestMessage request, Exception exception) =>
        new($"{request.Method} {request.RequestUri?.AbsolutePath} on {_server.Authority} got no answer: {exception.Message}", exception);

    // As provider apps do: an address that was copied with /index.php means the folder it lies in.
    private static Uri Root(Uri server)
    {
        var path = server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        if (path.EndsWith("/index.php", StringComparison.Ordinal))
            path = path[..^"/index.php".Length].TrimEnd('/');
        return new Uri(path + '/');
    }
}
