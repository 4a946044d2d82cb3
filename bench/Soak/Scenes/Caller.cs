using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaskProcessing.Benches;

namespace Soak.Scenes;

/// <summary>Calls the server as somebody.</summary>
internal sealed partial class Caller(HttpClient http, Tally tally, IReadOnlyList<(string Name, string Value)> headers)
{
    public const string Tasks = "/ocs/v2.php/taskprocessing";

    /// <summary>A client that waits longer for a task has something else to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Connections that nobody uses are closed soon, so that they come and go.</summary>
    public static HttpClient Client(Uri address) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
            }
        )
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };

    public Caller With(string name, string value) => new(http, tally, [.. headers, (name, value)]);

    public static Caller User(HttpClient http, Tally tally, Person person) =>
        new(http, tally, Callers.User($"{person.Name}:{person.AppPassword}"));

    public static Caller App(HttpClient http, Tally tally) => new(http, tally, Callers.App(Cast.App, Cast.AppSecret));

    public static Caller Guest(HttpClient http, Tally tally) => new(http, tally, Callers.Guest());

    /// <summary>Calls, and wants one of the given answers.</summary>
    /// <exception cref="SceneOverException">The answer is another one.</exception>
    public async Task<Answer> CallAsync(
        string method,
        string path,
        HttpContent? content,
        int[] expected,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] more
    )
    {
        using var response = await SendAsync(method, path, content, HttpCompletionOption.ResponseContentRead, cancellationToken, more);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var code = (int)response.StatusCode;
        if (expected.Contains(code))
            return new Answer(code, text, response.Headers);

        // The server stops, or has just started.
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            throw new HttpRequestException("503");
        var surprise = $"{code} to {method} {Numbers().Replace(path, "N")}: {(text.Length > 200 ? text[..200] : text)}";
        tally.Surprise(surprise);
        throw new SceneOverException(surprise);
    }

    public Task<Answer> GetAsync(string path, CancellationToken cancellationToken) =>
        CallAsync("GET", path, null, [200], cancellationToken);

    public Task<Answer> PostAsync(string path, object body, CancellationToken cancellationToken, params int[] orElse) =>
        CallAsync("POST", path, JsonContent.Create(body), [200, .. orElse], cancellationToken);

    public Task<Answer> DeleteAsync(string path, CancellationToken cancellationToken, params int[] orElse) =>
        CallAsync("DELETE", path, null, [200, 204, .. orElse], cancellationToken);

    /// <summary>Calls and takes any answer, from its head on.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        HttpContent? content,
        HttpCompletionOption completion,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] more
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        foreach (var (name, value) in headers.Concat(more))
            request.Headers.TryAddWithoutValidation(name, value);
        using var open = tally.Request($"{method} {path}");
        return await http.SendAsync(request, completion, cancellationToken);
    }

    /// <summary>Begins a call, and cuts the connection after a while.</summary>
    public async Task CutAsync(string method, string path, TimeSpan after, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        cut.CancelAfter(after);
        try
        {
            using var response = await SendAsync(method, path, null, HttpCompletionOption.ResponseHeadersRead, cut.Token);
            await response.Content.CopyToAsync(Stream.Null, cut.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // That was the point.
        }
    }

    /// <summary>The task once it has ended; null when that takes too long, or it is gone.</summary>
    public async Task<JsonElement?> WaitAsync(long id, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (true)
            {
                var answer = await CallAsync("GET", $"{Tasks}/task/{id}?wait=30", null, [200, 404], patience.Token);
                if (answer.Code == 404)
                    return null;
                if (answer.Task.GetProperty("status").GetString() is not ("STATUS_SCHEDULED" or "STATUS_RUNNING"))
                    return answer.Task;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public static StringContent Xml(string text) => new(text, Encoding.UTF8, "application/xml");

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}

/// <summary>An answer that was expected.</summary>
internal sealed record Answer(int Code, string Text, System.Net.Http.Headers.HttpResponseHeaders Headers)
{
    public JsonElement Data => JsonElement.Parse(Text).GetProperty("ocs").GetProperty("data");

    public JsonElement Task => Data.GetProperty("task");

    public long TaskId => Task.GetProperty("id").GetInt64();

    /// <summary>The number of the file that was written.</summary>
    public long FileId => long.Parse([.. Headers.GetValues("OC-FileId").Single().TakeWhile(char.IsAsciiDigit)]);
}

/// <summary>The scene cannot go on; the reason is in the tally.</summary>
internal sealed class SceneOverException(string reason) : Exception(reason);
