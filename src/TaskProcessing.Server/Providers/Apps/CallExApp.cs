using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Calls provider apps as AppAPI does: with its headers, for a user or without one.</summary>
internal sealed class CallExApp : IDisposable
{
    /// <summary>The limit for reading an answer; all known answers are a line or less.</summary>
    private const int LargestAnswer = 1024 * 1024;

    private readonly IOptions<AppApiOptions> _options;
    private readonly TimeProvider _time;

    // No proxy: apps are neighbours. No redirects: they would carry the secret to another host.
    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    public CallExApp(IOptions<AppApiOptions> options, TimeProvider time) => (_options, _time) = (options, time);

    /// <summary>Calls the app. Failures of the app are answers, never exceptions.</summary>
    public async Task<ExAppAnswer> RunAsync(KnownExApp app, ExAppCall call, CancellationToken cancellationToken)
    {
        if (app.App.Url is not { } url)
            return ExAppAnswer.Unreachable("the app has no address");

        var answer = await RunAsync(app.App, url, app.Secret, call, cancellationToken);
        // While an app changes to a new secret, it may still run with the one before.
        return answer.IsRefusal && call.Authenticated && app.OlderSecret is { } older
            ? await RunAsync(app.App, url, older, call, cancellationToken)
            : answer;
    }

    public void Dispose() => _http.Dispose();

    private async Task<ExAppAnswer> RunAsync(ExApp app, string url, string secret, ExAppCall call, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(call.Timeout);
        try
        {
            using var request = Request(app, url, secret, call);
            using var response = await _http.SendAsync(
                request,
                call.ReadsAnswer ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead,
                timeout.Token
            );
            var body = call.ReadsAnswer ? await response.Content.ReadAsStringAsync(timeout.Token) : "";
            return new ExAppAnswer(response.StatusCode, body, null)
            {
                Date = response.Headers.Date,
                RetryAfter = response.RequestedPause(_time.GetUtcNow()),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ExAppAnswer.Unreachable(
                string.Create(CultureInfo.InvariantCulture, $"no answer within {call.Timeout.TotalSeconds:0.#} seconds")
            );
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UriFormatException or FormatException)
        {
            return ExAppAnswer.Unreachable(error.GetBaseException().Message);
        }
    }

    private HttpRequestMessage Request(ExApp app, string url, string secret, ExAppCall call)
    {
        var path = call.Path.StartsWith('/') ? call.Path : $"/{call.Path}";
        if (call.Json is { } parameters && call.Method == HttpMethod.Get)
            path += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{PhpQuery.Write(parameters)}";

        var request = new HttpRequestMessage(call.Method, new Uri(url.TrimEnd('/') + path));
        var headers = request.Headers;
        headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.Authenticated)
        {
            headers.Add("AA-VERSION", _options.Value.Version);
            headers.Add("EX-APP-ID", app.Id);
            headers.TryAddWithoutValidation("EX-APP-VERSION", app.Version);
            headers.Add("AUTHORIZATION-APP-API", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{call.UserId}:{secret}")));
            headers.Add("AA-REQUEST-ID", Guid.NewGuid().ToString("N"));
            headers.Add("Accept-Language", "en");
        }

        foreach (var (name, value) in call.Headers)
            headers.Add(name, value);
        if (call.Json is { } body && call.Method != HttpMethod.Get)
            request.Content = new StringContent(body.GetRawText(), Encoding.UTF8, "application/json");
        return request;
    }
}

/// <summary>A call to an app.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">The path below the app's address; may have a query.</param>
/// <param name="Timeout">The time limit for the answer.</param>
internal sealed record ExAppCall(HttpMethod Method, string Path, TimeSpan Timeout)
{
    /// <summary>The user in whose name the app is called; empty for none.</summary>
    public string UserId { get; init; } = "";

    /// <summary>An object: the body, or with GET the query, nested as PHP nests.</summary>
    public JsonElement? Json { get; init; }

    /// <summary>Headers beside those of AppAPI.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True when the caller needs more of the answer than its status.</summary>
    public bool ReadsAnswer { get; init; } = true;

    /// <summary>True when AppAPI's headers are sent; only the heartbeat has none.</summary>
    public bool Authenticated { get; init; } = true;
}

/// <summary>The result of a call.</summary>
/// <param name="Status">Null when there was no answer.</param>
/// <param name="Body">The answer's text.</param>
/// <param name="Reason">The reason for a missing answer.</param>
internal sealed record ExAppAnswer(HttpStatusCode? Status, string Body, string? Reason)
{
    /// <summary>The app's clock.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>The pause that the app asked for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsGood => (int?)Status is >= 200 and < 300;

    /// <summary>True when the app has no such route; apps need not have all routes.</summary>
    public bool IsNoRoute => Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented;

    /// <summary>True when the app rejects our credentials.</summary>
    public bool IsRefusal => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    public static ExAppAnswer Unreachable(string reason) => new(null, "", reason);

    /// <summary>The failure in words.</summary>
    public string Describe() => Reason is not null ? Reason : string.Create(CultureInfo.InvariantCulture, $"it answered {(int)Status!}");
}
