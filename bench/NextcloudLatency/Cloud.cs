using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Benches;
using TaskProcessing.Tests;

namespace NextcloudLatency;

/// <summary>
/// A server that plays a Nextcloud, with four connections of one task type each, so that four tasks are measured at a time.
/// </summary>
internal sealed class Cloud(ServerProgram server, LoopbackWeb app, IReadOnlyList<Connection> connections, HttpClient alice)
    : IAsyncDisposable
{
    /// <summary>The oldest version that tells its apps of a task.</summary>
    private const int Calling = 33;

    private static readonly string[] Types =
    [
        "core:text2text:summary",
        "core:text2text:headline",
        "core:text2text:topics",
        "core:generateemoji",
    ];

    public static async Task<Cloud> StartAsync(
        string program,
        string folder,
        int version,
        ServerProgram bridge,
        CancellationToken cancellationToken
    )
    {
        var server = NextcloudProgram.Create(program, folder, $"nextcloud{version}", version);
        var alice = await NextcloudProgram.AddUserAsync(server, cancellationToken);
        var app = await LoopbackWeb.StartAsync(context => PassOnAsync(context, bridge.Address, passesTriggers: version >= Calling));
        var connections = new List<Connection>();
        foreach (var (type, index) in Types.Select((type, index) => (type, index)))
        {
            var (name, secret) = ($"app{version}_{index}", $"secret-of-{version}-{index}-for-this-run");
            var front = await NextcloudFront.StartAsync(() => server.Address, secret, version);
            connections.Add(new Connection(type, front));
            await server.CommandAsync(
                cancellationToken,
                ["exapp", "add", name, "--app-version", "1.0.0", "--enabled", "--secret", secret, "--url", app.Url]
            );
            await bridge.CommandAsync(
                secret,
                cancellationToken,
                ["nextcloud", "add", name, "--url", front.Url, "--app-id", name, "--types", type, "--secret-stdin"]
            );
        }

        await server.StartAsync(cancellationToken);
        return new Cloud(server, app, connections, alice);
    }

    /// <summary>Waits until every type can be scheduled.</summary>
    public async Task AreOfferedAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in connections)
        {
            while (await TryScheduleAsync(connection.Type, cancellationToken) is not { } task || !await connection.EndsAsync(task))
                await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>Schedules tasks of all connections, each after a pause of its own, and waits for their ends.</summary>
    public async Task<IReadOnlyCollection<Latency>> RunAsync(
        int count,
        double leastPause,
        double mostPause,
        CancellationToken cancellationToken
    )
    {
        var latencies = new ConcurrentBag<Latency>();
        await Task.WhenAll(connections.Select(MeasureAsync));
        return latencies;

        async Task MeasureAsync(Connection connection)
        {
            for (var task = 0; task < count; task++)
            {
                var pause = leastPause + (Random.Shared.NextDouble() * (mostPause - leastPause));
                await Task.Delay(TimeSpan.FromSeconds(pause), cancellationToken);
                // The click.
                var since = Stopwatch.GetTimestamp();
                var id =
                    await TryScheduleAsync(connection.Type, cancellationToken)
                    ?? throw new InvalidOperationException($"{server.Name} refused a task of {connection.Type}");
                if (!await connection.EndsAsync(id))
                    throw new InvalidOperationException($"{server.Name}: task {id} has not ended");
                latencies.Add(connection.LatencyOf(id, since));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        alice.Dispose();
        foreach (var connection in connections)
            await connection.Front.DisposeAsync();
        await app.DisposeAsync();
        server.Dispose();
    }

    /// <summary>To the bridge, as the Nextcloud's version would call it.</summary>
    private static async Task PassOnAsync(HttpContext context, Uri bridge, bool passesTriggers)
    {
        if (context.Request.Path == "/trigger" && !passesTriggers)
            return;

        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(bridge, context.Request.Path + context.Request.QueryString.Value)
        );
        foreach (var header in context.Request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Content-Type")))
            request.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]);
        using var answer = await http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        await context.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync(context.RequestAborted));
    }

    /// <returns>Null while nothing serves the type.</returns>
    private async Task<long?> TryScheduleAsync(string type, CancellationToken cancellationToken)
    {
        using var answer = await alice.PostAsJsonAsync(
            "/ocs/v2.php/taskprocessing/schedule",
            new
            {
                input = new { input = "The committee met on Tuesday to discuss the harbour. It decided nothing, and adjourned early." },
                type,
                appId = "latency",
            },
            cancellationToken
        );
        return answer.IsSuccessStatusCode
            ? (long)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!["ocs"]!["data"]!["task"]!["id"]!
            : null;
    }
}

/// <summary>One connection, with the moments of its tasks.</summary>
internal sealed class Connection
{
    private readonly ConcurrentDictionary<(string Kind, long Task), TaskCompletionSource<long>> _moments = new();

    public Connection(string type, NextcloudFront front)
    {
        (Type, Front) = (type, front);
        front.Answered = (kind, task) => Moment(kind, task).TrySetResult(Stopwatch.GetTimestamp());
    }

    public string Type { get; }

    public NextcloudFront Front { get; }

    /// <summary>False when it takes longer than two safety polls.</summary>
    public async Task<bool> EndsAsync(long task)
    {
        var ended = Moment("result", task).Task;
        return await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMinutes(2))) == ended;
    }

    public Latency LatencyOf(long task, long since) =>
        new(
            Stopwatch.GetElapsedTime(since, Moment("next", task).Task.Result),
            Stopwatch.GetElapsedTime(since, Moment("result", task).Task.Result)
        );

    private TaskCompletionSource<long> Moment(string kind, long task) =>
        _moments.GetOrAdd((kind, task), _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>From the click.</summary>
/// <param name="Claimed">Until the Nextcloud has handed the task out.</param>
/// <param name="Ended">Until the Nextcloud has the result.</param>
internal sealed record Latency(TimeSpan Claimed, TimeSpan Ended);
