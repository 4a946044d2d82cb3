using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Contract;
using TaskProcessing.Server.Tests.Contract.Replay;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>
/// A real server with the users, apps and files of the recording, that takes bytes over loopback. It sends no webhooks: a damaged address
/// may be anybody's.
/// </summary>
internal sealed class Arena : IAsyncDisposable
{
    /// <summary>No answer of the server is as long; a reader stops there.</summary>
    public const int LongestAnswer = 32 * 1024 * 1024;

    /// <summary>The number of tasks at the start; requests name one of these, or one that there is not.</summary>
    private const int Tasks = 40;

    /// <summary>A call that may wait for news is left after so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    /// <summary>What damaged requests are right to cause in the log, and what apps say of themselves.</summary>
    private static readonly string[] Foreseen =
    [
        "is no webhookMethod",
        "failed to initialise",
        "The lease of task",
        // A line that an app sent, whose words are anything; graver than the lines of this server.
        "Fatal: ",
    ];

    private readonly TestServer _server;
    private readonly Dictionary<string, long> _files;
    private readonly string[] _foreseen;
    private int _linesRead;

    private Arena(TestServer server, Dictionary<string, long> files) =>
        (_server, _files, _foreseen) = (server, files, [.. server.ExpectedLog]);

    public Uri Address => _server.Address;

    public static async Task<Arena> StartAsync(bool onPostgreSql)
    {
        var settings = new Dictionary<string, string>
        {
            ["RateLimits:Enabled"] = "false",
            ["Metrics:Enabled"] = "true",
            ["Serilog:MinimumLevel:Override:ExApp"] = "Fatal",
        };
        var database = onPostgreSql ? DatabaseProvider.PostgreSql : DatabaseProvider.Sqlite;
        var server = await TestServer.StartAsync(database, settings: settings, more: WithoutWebhooks);
        foreach (var line in Foreseen)
            server.ExpectedLog.Add(line);
        foreach (var (name, project) in new (string, int?)[] { ("all", null), ("seven", 7) })
            await server
                .Get<IApiKeyStore>()
                .TryAddAsync(
                    new ApiKey
                    {
                        Name = name,
                        KeyHash = Passwords.HashToken($"key-{name}"),
                        ProjectId = project,
                        CreatedAt = DateTimeOffset.UnixEpoch,
                    },
                    CancellationToken.None
                );
        var arena = new Arena(server, await RecordedScene.FurnishAsync(server));
        foreach (var call in RecordedCall.All.Where(call => call.Group == "providers"))
            await arena.SendAsync(Seeds.Of(call, arena.Fill(1)), CancellationToken.None);
        await arena.FillQueueAsync();
        return arena;
    }

    /// <summary>The values of a request's placeholders, about one of the tasks.</summary>
    public Placeholders Fill(int task)
    {
        var placeholders = new Placeholders
        {
            ["<base>"] = Address.ToString().TrimEnd('/'),
            ["<listener>"] = "http://127.0.0.1:9",
            ["<task>"] = $"{task}",
            ["<task 2>"] = $"{task + 1}",
            ["<text>"] = "text",
        };
        foreach (var (placeholder, id) in _files)
            placeholders[placeholder] = $"{id}";
        return placeholders;
    }

    /// <summary>Unforeseen lines in the log since the last call; the caller judges them.</summary>
    public IReadOnlyList<string> NewLogLines()
    {
        var log = _server.Log;
        var lines = log.Skip(_linesRead).Where(line => !_foreseen.Any(line.Contains)).ToList();
        foreach (var line in lines)
            _server.ExpectedLog.Add(line);
        _linesRead = log.Count;
        return lines;
    }

    public static IEnumerable<(string Name, string Value)> Credentials(string? caller) =>
        caller?.Split(':') is ["key", var name] ? [("X-API-Key", $"key-{name}")] : RecordedScene.Credentials(caller);

    /// <summary>Sends a request on a connection of its own, and reads until its end.</summary>
    public async Task<Exchange> SendAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        var mayWait = request.ToString().Contains("wait", StringComparison.OrdinalIgnoreCase);
        var started = TimeProvider.System.GetTimestamp();
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(Address.Host, Address.Port, cancellationToken);
        var received = new MemoryStream();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(mayWait ? Patience : Exchange.Limit);
        var isLeft = false;
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(request.ToBytes(Address.Authority, Credentials(request.Caller)), limit.Token);
            // The server takes an end of what is sent as the end of the connection, also when it could still answer.
            if (request.Delivery is Delivery.Cut or Delivery.ChunkedCut)
                client.Client.Shutdown(SocketShutdown.Send);
            var chunk = new byte[64 * 1024];
            int read;
            while (received.Length <= LongestAnswer && (read = await stream.ReadAsync(chunk, limit.Token)) > 0)
            {
                received.Write(chunk, 0, read);
                if (Exchange.IsEndless(received.GetBuffer().AsSpan(0, (int)received.Length)))
                    limit.CancelAfter(Patience);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            isLeft = true;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The server may answer, and close, before it has read everything.
        }

        return new Exchange(request, received.ToArray(), TimeProvider.System.GetElapsedTime(started))
        {
            IsLeft = isLeft,
            MayWait = mayWait,
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Some tasks wait, some run.</summary>
    private async Task FillQueueAsync()
    {
        const string schedule = """{"input":{"input":"hello"},"type":"core:text2text","appId":"fuzz","customId":"a"}""";
        var call = new FuzzRequest("alice", "POST", $"{OcsDriver.Root}/schedule") { Body = schedule }.With("OCS-APIRequest", "true");
        for (var task = 0; task < Tasks; task++)
            await SendAsync(call.With("Content-Type", "application/json"), CancellationToken.None);
        const string providers = "providerIds[]=oracle_provider-core_text2text&taskTypeIds[]=core:text2text";
        var claim = new FuzzRequest("exapp:", "GET", $"{OcsDriver.Root}/tasks_provider/next_batch?numberOfTasks={Tasks / 2}&{providers}");
        var claimed = await SendAsync(claim.With("OCS-APIRequest", "true").With("Accept", "application/json"), CancellationToken.None);
        RawAnswer.Parse(claimed.Received).Text.Should().Contain($"\"id\":{Tasks / 2}", "half of the tasks run");
    }

    private static void WithoutWebhooks(IServiceCollection services)
    {
        var dispatcher = services.Single(service =>
            service.ImplementationFactory?.GetType().GenericTypeArguments is [_, var type] && type == typeof(WebhookDispatcher)
        );
        services.Remove(dispatcher);
    }
}
