using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TaskProcessing.Benches;
using TaskProcessing.Tests;

namespace NextcloudChaos;

/// <summary>A server that plays a Nextcloud, with the front that makes one of it, and a user who schedules.</summary>
internal sealed class Cloud(ServerProgram server, NextcloudFront front, string secret, HttpClient alice) : IAsyncDisposable
{
    public const string Sound = "core:audio2text";
    public const string Picture = "core:text2image";
    private const string Headline = "core:text2text:headline";
    private const string App = "taskprocessing";

    public ServerProgram Server => server;

    public NextcloudFront Front => front;

    /// <summary>The tasks that were accepted, with the content of their inputs.</summary>
    public ConcurrentDictionary<long, string> Accepted { get; } = new();

    /// <summary>The tasks that their user wanted to cancel.</summary>
    public ConcurrentDictionary<long, bool> CancelledThere { get; } = new();

    public static async Task<Cloud> StartAsync(RunOptions options, string name, int version, Uri node, CancellationToken cancellationToken)
    {
        var secret = $"secret-of-{name}-for-this-run";
        var server = NextcloudProgram.Create(options.Server, options.Folder, name, version, "--Serilog:MinimumLevel:Default=Information");
        var alice = await NextcloudProgram.AddUserAsync(server, cancellationToken);
        await server.CommandAsync(
            cancellationToken,
            ["exapp", "add", App, "--app-version", "1.0.0", "--enabled", "--secret", secret, "--url", $"{node}".TrimEnd('/')]
        );
        var front = await NextcloudFront.StartAsync(() => server.Address, secret, version);
        await server.StartAsync(cancellationToken);
        return new Cloud(server, front, secret, alice);
    }

    public Task ConnectAsync(ServerProgram node, CancellationToken cancellationToken) =>
        node.CommandAsync(secret, cancellationToken, "nextcloud", "add", server.Name, "--url", front.Url, "--secret-stdin");

    /// <summary>Schedules until it is stopped, and cancels some; a request without an answer is repeated with the same key.</summary>
    public async Task ScheduleAsync(TimeSpan pause, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var cancels = new List<Task>();
        for (var count = 0; !stopping.IsCancellationRequested; count++)
        {
            var id = await ScheduleAsync($"{server.Name}-{count}", count % 3, cancellationToken);
            if (Random.Shared.Next(15) == 0)
                cancels.Add(CancelAsync(id, cancellationToken));
            await Task.Delay(pause, cancellationToken);
        }

        await Task.WhenAll(cancels);
    }

    /// <summary>The tasks as their user sees them.</summary>
    public async Task<Dictionary<long, JsonNode>> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, "tasks", null, null, cancellationToken);
        return answer["ocs"]!["data"]!["tasks"]!.AsArray().ToDictionary(task => (long)task!["id"]!, task => task!);
    }

    /// <summary>Whether a task that succeeded has the output that belongs to its input; null when it has.</summary>
    public async Task<string?> ProblemOfAsync(long id, JsonNode task, CancellationToken cancellationToken)
    {
        if (!Accepted.TryGetValue(id, out var input))
            return null;

        var output = task["output"]!;
        switch ((string)task["type"]!)
        {
            case Sound:
                return (string?)output["output"] == input ? null : $"{output} is not what was said: {input}";
            case Picture:
                var file = (long)output["images"]![0]!;
                var picture = await alice.GetStringAsync($"/ocs/v2.php/taskprocessing/tasks/{id}/file/{file}", cancellationToken);
                return picture == Worker.PictureOf(input) ? null : $"{picture} is no picture of {input}";
            default:
                return ((string?)output["output"])?.Length > 0 ? null : "there is no headline";
        }
    }

    /// <summary>Claims a task by hand and does nothing with it, or tells a result again: damage that the verdict must find.</summary>
    public async Task DamageAsync(Sabotage sabotage, CancellationToken cancellationToken)
    {
        using var app = new HttpClient { BaseAddress = new Uri(front.Url) };
        app.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        app.DefaultRequestHeaders.Add("Accept", "application/json");
        app.DefaultRequestHeaders.Add("EX-APP-ID", App);
        app.DefaultRequestHeaders.Add("EX-APP-VERSION", "1.0.0");
        app.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", Convert.ToBase64String(Encoding.UTF8.GetBytes($":{secret}")));
        if (sabotage == Sabotage.Twice)
        {
            while (front.Results.Values.All(results => results.IsEmpty))
                await Task.Delay(100, cancellationToken);
            var told = front.Results.First(result => !result.Value.IsEmpty).Key;
            await app.PostAsJsonAsync(
                $"/ocs/v2.php/taskprocessing/tasks_provider/{told}/result",
                new { output = new { output = "again" } },
                cancellationToken
            );
        }
        else if (sabotage == Sabotage.Steal)
        {
            for (var tries = 0; tries < 1000; tries++)
            {
                await ScheduleAsync($"stolen-{tries}", 0, cancellationToken);
                using var answer = await app.GetAsync(
                    $"/ocs/v2.php/taskprocessing/tasks_provider/next?providerIds[]={App}:{Headline}&taskTypeIds[]={Headline}",
                    cancellationToken
                );
                if ((int)answer.StatusCode == 200)
                    return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        alice.Dispose();
        await front.DisposeAsync();
        server.Dispose();
    }

    private async Task<long> ScheduleAsync(string key, int kind, CancellationToken cancellationToken)
    {
        var (type, text) = kind switch
        {
            0 => (Headline, $"The committee met on Tuesday to discuss {key}. It decided nothing of note, and adjourned early."),
            1 => (Sound, $"what was said about {key}"),
            _ => (Picture, key),
        };
        object input = kind switch
        {
            0 => new { input = text },
            1 => new { input = await PutFileAsync($"{key}.mp3", text, cancellationToken) },
            _ => new { input = text, numberOfImages = 1 },
        };
        var answer = await SendAsync(
            HttpMethod.Post,
            "schedule",
            new
            {
                input,
                type,
                appId = "chaos",
            },
            key,
            cancellationToken
        );
        var id = (long)answer["ocs"]!["data"]!["task"]!["id"]!;
        Accepted[id] = text;
        return id;
    }

    private async Task CancelAsync(long id, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(Random.Shared.NextDouble() * 3), cancellationToken);
        CancelledThere[id] = true;
        await SendAsync(HttpMethod.Post, $"tasks/{id}/cancel", null, null, cancellationToken);
    }

    private Task<long> PutFileAsync(string name, string content, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                using var body = new StringContent(content);
                using var answer = await alice.PutAsync($"/remote.php/webdav/{name}", body, cancellationToken);
                return answer.IsSuccessStatusCode
                    ? long.Parse(
                        answer.Headers.GetValues("OC-FileId").Single().TakeWhile(char.IsAsciiDigit).ToArray(),
                        CultureInfo.InvariantCulture
                    )
                    : 0;
            },
            id => id != 0,
            cancellationToken
        );

    private async Task<JsonNode> SendAsync(
        HttpMethod method,
        string route,
        object? body,
        string? key,
        CancellationToken cancellationToken
    ) =>
        (
            await RetryAsync(
                async () =>
                {
                    using var request = new HttpRequestMessage(method, $"/ocs/v2.php/taskprocessing/{route}");
                    if (key is not null)
                        request.Headers.Add("Idempotency-Key", key);
                    if (body is not null)
                        request.Content = JsonContent.Create(body);
                    using var answer = await alice.SendAsync(request, cancellationToken);
                    return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) : null;
                },
                answer => answer is not null,
                cancellationToken
            )
        )!;

    /// <summary>Tries until it works: the server is killed now and then, and a key makes a repetition safe.</summary>
    private static async Task<T> RetryAsync<T>(Func<Task<T>> call, Func<T, bool> worked, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var answer = await call();
                if (worked(answer))
                    return answer;
            }
            catch (Exception error)
                when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It is being killed.
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}
