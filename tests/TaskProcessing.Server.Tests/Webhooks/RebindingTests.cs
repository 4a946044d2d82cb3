using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>
/// The name of a receiver leads to a public address when it is checked, and into the own network when it is looked up again. The
/// program runs in a network of its own, with the attacker's name server, so all cases are in one test.
/// </summary>
public sealed class RebindingTests
{
    private const int Port = 8000;

    /// <summary>Names, and their addresses from the second look-up on.</summary>
    private static readonly Dictionary<string, string> Later = new()
    {
        ["loopback.test"] = "127.0.0.1",
        ["metadata.test"] = "169.254.169.254",
        ["nowhere.test"] = "0.0.0.0",
        ["mapped.test"] = "::ffff:127.0.0.1",
        ["nat64.test"] = "64:ff9b::127.0.0.1",
    };

    /// <summary>Hosts that are called in the own network by other words; the name server answers loopback for the names.</summary>
    private static readonly string[] Inside =
    [
        "localhost.",
        "127.0.0.1.",
        "127.0.0.1.test",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "017700000001",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "[::7f00:1]",
        "[fe80::1%25lo]",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_address_that_was_checked_is_connected_to()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        using var network = await OwnNetwork.StartAsync(
            $"--DataDirectory={database.DataDirectory}",
            "--Webhooks:AllowedTargets:0=allowed.test"
        );
        using var names = new NameServer(network.Inside(NameServer.Bind), Addresses);
        using var receiver = network.Inside(() =>
        {
            var listener = new TcpListener(IPAddress.Any, Port);
            listener.Start();
            return listener;
        });
        var reached = new ConcurrentQueue<IPAddress>();
        _ = ReceiveAsync(receiver, reached);

        foreach (var name in Later.Keys.Append("both.test"))
            await EndTaskAsync(database, name);
        await EndedAsync(database, Later.Count + 1, WebhookState.Delivered);

        reached.Should().HaveCount(Later.Count + 1).And.OnlyContain(address => address.Equals(OwnNetwork.Public));
        Later.Keys.Should().OnlyContain(name => names.Lookups(name) == 1);

        foreach (var host in Later.Keys.Concat(Inside))
            await EndTaskAsync(database, host);
        await EndedAsync(database, Later.Count + Inside.Length, WebhookState.Refused);

        reached.Should().HaveCount(Later.Count + 1, "nothing more is sent");
        Later.Keys.Should().OnlyContain(name => names.Lookups(name) == 2);

        await EndTaskAsync(database, "allowed.test");
        await EndedAsync(database, Later.Count + 2, WebhookState.Delivered);
        reached.Last().Should().Be(IPAddress.Loopback, "the receiver is there for all addresses");
    }

    private static IEnumerable<IPAddress> Addresses(string name, int lookup) =>
        name switch
        {
            "both.test" => [IPAddress.Loopback, OwnNetwork.Public],
            _ when !Later.ContainsKey(name) => [IPAddress.Loopback],
            _ when lookup > 1 => [IPAddress.Parse(Later[name])],
            _ => [OwnNetwork.Public],
        };

    /// <summary>As a server does that is killed at once: the program takes it over.</summary>
    private static async Task EndTaskAsync(TestDatabase database, string host)
    {
        var now = DateTimeOffset.UtcNow;
        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = ProcessingStatus.Scheduled,
            AppId = "test",
            Input = "{}",
            WebhookUri = $"http://{host}:{Port}/hook",
            WebhookMethod = "HTTP:POST",
            ScheduledAt = now,
            LastUpdated = now,
        };
        await database.Get<ITaskStore>().AddAsync(task, Token);
        await database.Get<ITaskStore>().TryCancelAsync(task.Id, "test", now, Token);
    }

    private static async Task EndedAsync(TestDatabase database, int count, WebhookState state)
    {
        IReadOnlyList<WebhookDelivery> deliveries = [];
        await Eventually.BecomesTrue(
            () =>
            {
                deliveries = database.Get<IWebhookStore>().ListAsync(failedOnly: false, 100, Token).GetAwaiter().GetResult();
                return deliveries.All(delivery => delivery.EndedAt is not null || delivery.LastProblem is not null);
            },
            "the end of all deliveries"
        );
        deliveries.Count(delivery => delivery.State == state).Should().Be(count, string.Join('\n', deliveries.Select(Describe)));
    }

    private static string Describe(WebhookDelivery delivery) => $"{delivery.Target} {delivery.State} {delivery.LastProblem}";

    /// <summary>Answers every request, and notes to which address it came.</summary>
    private static async Task ReceiveAsync(TcpListener listener, ConcurrentQueue<IPAddress> reached)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptSocketAsync(Token);
                reached.Enqueue(((IPEndPoint)connection.LocalEndPoint!).Address);
                using var reader = new StreamReader(new NetworkStream(connection));
                while (await reader.ReadLineAsync(Token) is { Length: > 0 }) { }
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
