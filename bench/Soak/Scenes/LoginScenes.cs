using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using TaskProcessing.Benches;

namespace Soak.Scenes;

/// <summary>Sessions of pages, clients that wait for access, and wrong passwords.</summary>
internal sealed class LoginScenes(Stage stage)
{
    private const string Session = $"{Caller.Tasks}/session";

    /// <summary>A person signs in, looks round, and signs out or does not.</summary>
    public async Task SessionAsync(Random random, CancellationToken cancellationToken)
    {
        var browser = await SignInAsync(random, cancellationToken);
        foreach (var path in new[] { Session, "/", $"{Caller.Tasks}/tasks?newest=20" })
            await browser.GetAsync(path, cancellationToken);
        if (random.Next(2) == 0)
            await browser.DeleteAsync(Session, cancellationToken);
    }

    /// <summary>A client begins a login flow, which a person grants or refuses, or which is forgotten.</summary>
    public async Task FlowAsync(Random random, CancellationToken cancellationToken)
    {
        var client = stage.AsGuest().With("User-Agent", stage.NewName("client"));
        var started = await client.PostAsync("/login/v2", new { }, cancellationToken, 429);
        if (started.Code == 429)
            return;

        var flow = System.Text.Json.JsonElement.Parse(started.Text);
        var (token, page) = (flow.GetProperty("poll").GetProperty("token").GetString()!, flow.GetProperty("login").GetString()!);
        await client.PostAsync("/login/v2/poll", new { token }, cancellationToken, 404);
        if (random.Next(3) == 0)
            return;

        var browser = await SignInAsync(random, cancellationToken);
        var route = $"{Caller.Tasks}/login_flow/{page[(page.LastIndexOf('/') + 1)..]}";
        await browser.GetAsync(route, cancellationToken);
        if (random.Next(2) == 0)
        {
            await browser.DeleteAsync(route, cancellationToken);
        }
        else
        {
            await browser.PostAsync(route, new { }, cancellationToken);
            var granted = System.Text.Json.JsonElement.Parse(
                (await client.PostAsync("/login/v2/poll", new { token }, cancellationToken)).Text
            );
            var name = granted.GetProperty("loginName").GetString()!;
            var own = Caller.User(stage.Http, stage.Tally, new Person(name, "", granted.GetProperty("appPassword").GetString()!));
            await own.GetAsync("/ocs/v2.php/cloud/user", cancellationToken);
            await stage.RevokeAllButFirstAsync(name, cancellationToken);
        }

        await browser.DeleteAsync(Session, cancellationToken);
    }

    /// <summary>Somebody somewhere guesses passwords, of users and of names that do not exist.</summary>
    public async Task GuessAsync(Random random, CancellationToken cancellationToken)
    {
        var from = new IPEndPoint(new IPAddress([127, 0, (byte)random.Next(1, 5), (byte)random.Next(1, 250)]), 0);
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (context, token) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    try
                    {
                        socket.Bind(from);
                        await socket.ConnectAsync(context.DnsEndPoint, token);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
            }
        )
        {
            BaseAddress = stage.Cast.Address,
        };
        var name = random.Next(2) == 0 ? stage.Cast.AnyUser(random).Name : stage.NewName("nobody");
        var caller = new Caller(http, stage.Tally, Callers.User($"{name}:{stage.NewName("guess")}"));
        for (var guess = 0; guess < random.Next(1, 3); guess++)
            await caller.CallAsync("GET", "/ocs/v2.php/cloud/user", null, [401, 429], cancellationToken);
    }

    private async Task<Caller> SignInAsync(Random random, CancellationToken cancellationToken)
    {
        var person = stage.Cast.AnyUser(random);
        var guest = stage.AsGuest();
        var answer = await guest.CallAsync(
            "POST",
            Session,
            JsonContent.Create(new { user = person.Name, password = person.Password }),
            [200],
            cancellationToken
        );
        return guest
            .With("Cookie", answer.Headers.GetValues("Set-Cookie").First().Split(';')[0])
            .With("requesttoken", answer.Data.GetProperty("requestToken").GetString()!);
    }
}
