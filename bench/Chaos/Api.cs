using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using TaskProcessing.Benches;

namespace Chaos;

/// <summary>The servers' OCS face, as a client or a worker calls it through a balancer: each call goes to any of them.</summary>
internal sealed class Api : IDisposable
{
    private const string Root = "/ocs/v2.php/taskprocessing";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly IReadOnlyList<Uri> _addresses;

    private Api(IReadOnlyList<Uri> addresses, IReadOnlyList<(string Name, string Value)> caller)
    {
        _addresses = addresses;
        _http.Add(caller);
    }

    public static Api OfUser(IReadOnlyList<Uri> addresses, string user) => new(addresses, Callers.User(user));

    public static Api OfApp(IReadOnlyList<Uri> addresses) => new(addresses, Callers.App(ServerProcess.App, ServerProcess.AppSecret));

    public Task<Reply> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, Anywhere(Root + path)), cancellationToken);

    public Task<Reply> PostAsync(string path, object? body, CancellationToken cancellationToken) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, Anywhere(Root + path)) { Content = JsonContent.Create(body ?? new { }) },
            cancellationToken
        );

    public Task<Reply> ScheduleAsync(string key, Uri? webhook, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Anywhere(Root + "/schedule"))
        {
            Content = JsonContent.Create(
                new
                {
                    type = ChaosOptions.TaskType,
                    appId = "chaos",
                    customId = key,
                    input = new { input = $"text of {key}" },
                    webhookUri = webhook,
                    webhookMethod = webhook is null ? null : "HTTP:POST",
                }
            ),
        };
        request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request, cancellationToken);
    }

    public async Task RegisterProviderAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            Anywhere(Callers.Registrations),
            Callers.Registration(ServerProcess.App, ChaosOptions.TaskType),
            cancellationToken
        );
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Asks again until there is an answer: a connection may break, and the server may be down or not ready.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="mayConflict">True when 409 is a success too.</param>
    public static async Task<Reply> RetryAsync(Func<Task<Reply>> call, CancellationToken cancellationToken, bool mayConflict = false)
    {
        while (true)
        {
            var reply = await call();
            if (reply.Code is not (0 or 503))
                return reply.Code is 200 or 204 || (mayConflict && reply.Code == 409)
                    ? reply
                    : throw new InvalidOperationException($"The server answered {reply.Code}: {reply.Text}");

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Reply> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var own = request;
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return Reply.Of((int)answer.StatusCode, text);
        }
        catch (Exception error)
            when (error is HttpRequestException or SocketException or IOException or TaskCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return new Reply(0, error.Message);
        }
    }

    private Uri Anywhere(string path) => new(_addresses[Random.Shared.Next(_addresses.Count)], path);
}

/// <summary>The server's answer.</summary>
/// <param name="Code">The HTTP status; 0 without an answer, when the outcome is unknown.</param>
/// <param name="Text">The answer.</param>
internal sealed record Reply(int Code, string Text)
{
    public long Id { get; private init; }

    /// <summary>Of a claimed task: the number of the claim.</summary>
    public long Claim { get; private init; }

    public string Status { get; private init; } = "";

    public string? Output { get; private init; }

    public bool HasEnded => Status is "STATUS_SUCCESSFUL" or "STATUS_FAILED" or "STATUS_CANCELLED";

    public static Reply Of(int code, string text)
    {
        if (code != (int)HttpStatusCode.OK)
            return new Reply(code, text);

        var data = JsonElement.Parse(text).GetProperty("ocs").GetProperty("data");
        var task = data.GetProperty("task");
        return new Reply(code, text)
        {
            Id = task.GetProperty("id").GetInt64(),
            Claim = data.TryGetProperty("claim", out var claim) ? claim.GetInt64() : 0,
            Status = task.GetProperty("status").GetString()!,
            Output =
                task.GetProperty("output") is { ValueKind: JsonValueKind.Object } output && output.TryGetProperty("output", out var value)
                    ? value.GetString()
                    : null,
        };
    }
}
