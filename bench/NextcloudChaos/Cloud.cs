using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TaskProcessing.Tests;

namespace NextcloudChaos;

/// <summary>A server that plays a Nextcloud, with the front that makes one of it, and a user who schedules.</summary>
internal sealed class Cloud(ServerProgram server, NextcloudFront front, string secret) : IAsyncDisposable
{
    public const string TaskType = "core:text2text:headline";
    private const string App = "taskprocessing";
    private const string User = "alice";

    private readonly HttpClient _alice = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(10) };

    public ServerProgram Server => server;

    public NextcloudFront Front => front;

    /// <summary>The tasks that were accepted.</summary>
    public ConcurrentDictionary<long, DateTime> Accepted { get; } = new();

    public static async Task<Cloud> StartAsync(string program, string folder, string name, Uri bridge, CancellationToken cancellationToken)
    {
        var secret = $"secret-of-{name}-for-this-run";
        var server = new ServerProgram(
            program,
            folder,
            name,
            "--Ocs:Profile=Nextcloud",
            "--Ocs:Version=32.0.1",
            "--Providers:BuiltIn:Enabled=false",
            "--Providers:ReadyMade:Enabled=false",
            // A claimed task is never given back there.
            "--Leases:MinSeconds=86400"
        );
        await server.CommandAsync(cancellationToken, "user", "add", User, "--password", "a password that nobody uses");
        var token = await server.CommandAsync(cancellationToken, "user", "app-password", User, "--name", "chaos");
        await server.CommandAsync(
            cancellationToken,
            ["exapp", "add", App, "--app-version", "1.0.0", "--enabled", "--secret", secret, "--url", $"{bridge}".TrimEnd('/')]
        );
        var front = await NextcloudFront.StartAsync(() => server.Address, secret);
        await server.StartAsync(cancellationToken);
        var cloud = new Cloud(server, front, secret);
        cloud._alice.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{token}"))
        );
        cloud._alice.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        cloud._alice.DefaultRequestHeaders.Add("Accept", "application/json");
        return cloud;
    }

    public Task ConnectAsync(ServerProgram bridge, CancellationToken cancellationToken) =>
        bridge.CommandAsync(secret, cancellationToken, "nextcloud", "add", server.Name, "--url", front.Url, "--secret-stdin");

    /// <summary>Schedules until it is stopped; a request without an answer is repeated with the same key.</summary>
    public async Task ScheduleAsync(TimeSpan pause, CancellationToken stopping, CancellationToken cancellationToken)
    {
        for (var count = 0; !stopping.IsCancellationRequested; count++)
        {
            Accepted[await ScheduleAsync($"{server.Name}-{count}", cancellationToken)] = DateTime.UtcNow;
            await Task.Delay(pause, cancellationToken);
        }
    }

    /// <summary>The tasks with their statuses, as their user sees them.</summary>
    public async Task<Dictionary<long, string>> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, "tasks", null, null, cancellationToken);
        return answer["ocs"]!["data"]!["tasks"]!.AsArray().ToDictionary(task => (long)task!["id"]!, task => (string)task!["status"]!);
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
                await ScheduleAsync($"stolen-{tries}", cancellationToken);
                using var answer = await app.GetAsync(
                    $"/ocs/v2.php/taskprocessing/tasks_provider/next?providerIds[]={App}:{TaskType}&taskTypeIds[]={TaskType}",
                    cancellationToken
                );
                if ((int)answer.StatusCode == 200)
                    return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await front.DisposeAsync();
        server.Dispose();
    }

    private async Task<long> ScheduleAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            HttpMethod.Post,
            "schedule",
            new
            {
                input = new { input = $"The committee met on Tuesday to discuss {key}. It decided nothing of note, and adjourned early." },
                type = TaskType,
                appId = "chaos",
            },
            key,
            cancellationToken
        );
        return (long)answer["ocs"]!["data"]!["task"]!["id"]!;
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string route, object? body, string? key, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, $"/ocs/v2.php/taskprocessing/{route}");
                if (key is not null)
                    request.Headers.Add("Idempotency-Key", key);
                if (body is not null)
                    request.Content = JsonContent.Create(body);
                using var answer = await _alice.SendAsync(request, cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
            }
            catch (Exception error)
                when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It is being killed; the key makes a repetition safe.
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}

/// <summary>Damage done on purpose: a verdict that cannot fail is worth nothing.</summary>
internal enum Sabotage
{
    None,

    /// <summary>A result is told a second time.</summary>
    Twice,

    /// <summary>A task is claimed by somebody who does nothing with it.</summary>
    Steal,
}
