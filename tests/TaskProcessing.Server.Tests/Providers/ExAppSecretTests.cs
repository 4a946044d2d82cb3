using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Providers;

/// <summary>An app changes to another secret, and never stands still.</summary>
public sealed class ExAppSecretTests
{
    private const string Type = "core:text2text";
    private const string Next = $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Two_secrets_are_valid_until_the_older_one_is_revoked(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        var (rotate, revoke) = (server.Get<RotateExAppSecret>(), server.Get<RevokeExAppSecret>());
        using var before = await server.WorkerAsync(Type);
        using var after = Worker(server, "another one");
        (await WorksAsync(after)).Should().BeFalse();
        var poll = before.OcsAsync("GET", Next + "&wait=60");
        await Eventually.BecomesTrue(() => server.Get<HeldConnections>().Count == 1, "the poll being open");

        (await rotate.RunAsync("worker", "another one", Token)).Should().BeNull();
        await server.Get<ChangeWatcher>().RunAsync(Token);
        (await WorksAsync(before)).Should().BeTrue();
        (await WorksAsync(after)).Should().BeTrue();
        server.Get<HeldConnections>().Count.Should().Be(1, "it goes on");
        (await rotate.RunAsync("worker", "a third one", Token)).Should().Contain("has two secrets already");
        (await rotate.RunAsync("nobody", "a third one", Token)).Should().Contain("There is no app");
        (await rotate.RunAsync("worker", "", Token)).Should().Contain("1 to 1024 characters");

        (await revoke.RunAsync("worker", Token)).Should().BeNull();
        await server.Get<ChangeWatcher>().RunAsync(Token);
        (await poll).HttpStatus.Should().Be(412, "that is what others than provider apps hear");
        (await WorksAsync(before)).Should().BeFalse();
        (await WorksAsync(after)).Should().BeTrue();
        (await revoke.RunAsync("worker", Token)).Should().Contain("has one secret alone");
    }

    [Fact]
    public async Task An_app_that_still_has_the_older_secret_is_called_with_it()
    {
        var secrets = new ConcurrentQueue<string>();
        await using var app = await LoopbackWeb.StartAsync(context =>
        {
            var header = context.Request.Headers["AUTHORIZATION-APP-API"].ToString();
            var secret = Encoding.UTF8.GetString(Convert.FromBase64String(header)).Split(':')[1];
            secrets.Enqueue(secret);
            context.Response.StatusCode = secret == "older" ? 200 : 401;
            return Task.CompletedTask;
        });
        using var callExApp = new CallExApp(Options.Create(new AppApiOptions()), TimeProvider.System);
        var stored = new ExApp
        {
            Id = "app",
            Version = "1.0.0",
            ProtectedSecret = "",
            Url = app.Url,
            CreatedAt = default,
        };
        var call = new ExAppCall(HttpMethod.Post, "/trigger", TimeSpan.FromSeconds(30));

        (await callExApp.RunAsync(new KnownExApp(stored, "newer"), call, Token)).IsRefusal.Should().BeTrue();
        (await callExApp.RunAsync(new KnownExApp(stored, "newer") { OlderSecret = "older" }, call, Token)).IsGood.Should().BeTrue();

        secrets.Should().Equal("newer", "newer", "older");
    }

    private static HttpClient Worker(TestServer server, string secret)
    {
        var client = server.Guest();
        client.DefaultRequestHeaders.Add("EX-APP-ID", "worker");
        client.DefaultRequestHeaders.Add("EX-APP-VERSION", "1.0.0");
        client.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", TestServer.Base64($":{secret}"));
        return client;
    }

    private static async Task<bool> WorksAsync(HttpClient worker) => (await worker.OcsAsync("GET", Next)).HttpStatus is 200 or 204;
}
