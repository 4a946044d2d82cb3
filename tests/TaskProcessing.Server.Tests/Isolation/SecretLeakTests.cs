using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>
/// Marked secrets go through the program in the usual ways and in failures, and are looked for in all that it tells. It is one test,
/// because it starts the program, with the log at its most talkative.
/// </summary>
public sealed class SecretLeakTests : IDisposable
{
    /// <summary>The one that lies in the database as it came: where a webhook goes.</summary>
    private const string Address = "address of a webhook";

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _secrets = [];
    private readonly ConcurrentDictionary<string, StringBuilder> _told = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Data => _directory.File("data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task No_secret_is_told_in_log_answers_metrics_traces_command_line_commands_or_backup()
    {
        await using var collector = await LoopbackWeb.StartAsync(CollectAsync);
        await using var hostile = await LoopbackWeb.StartAsync(RepeatAsync);
        await PrepareAsync(hostile.Url);
        using (var program = ProgramDriver.Start(_directory.Path, Variables(collector.Url, hostile.Url), "--urls=http://127.0.0.1:0"))
        {
            using var client = new HttpClient { BaseAddress = await program.ListenAsync() };
            client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
            client.DefaultRequestHeaders.Add("Accept", "application/json");
            Tell("command line", (await File.ReadAllTextAsync($"/proc/{program.ProcessId}/cmdline", Token)).Replace('\0', ' '));
            await LogInAsync(client);
            await SignInAsync(client.BaseAddress!);
            await GrantAsync(client);
            await SendWebhookAsync(client, hostile.Url);
            await program.SeeAsync("Could not deliver webhook");
            program.Terminate();
            var ended = await program.EndAsync();
            ended.ExitCode.Should().Be(0);
            Tell("log", ended.Error);
        }

        await RunCommandsAsync();
        foreach (var file in Directory.EnumerateFiles(_directory.File("backup"), "*", SearchOption.AllDirectories))
            Tell("backup", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token)));

        TextOf("log").Should().ContainAll("GET /ocs/v2.php/cloud/user", "DBG", "/login/v2/flow/…");
        TextOf("traces").Should().ContainAll("/login/v2/flow/…", hostile.Url);
        TextOf("metrics").Should().Contain("http_server_request_duration");
        TextOf("backup").Should().Contain(_secrets[Address], "docs/security.md says so").And.Contain("alice");
        Leaks().Should().BeEmpty();
    }

    private IEnumerable<string> Leaks() =>
        from place in _told
        from secret in _secrets
        where place.Key != "backup" || secret.Key != Address
        where place.Value.ToString().Contains(secret.Value, StringComparison.OrdinalIgnoreCase)
        select $"{secret.Key} in {place.Key}: {Around(place.Value.ToString(), secret.Value)}";

    private static string Around(string text, string secret)
    {
        var at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(0, at - 100)..Math.Min(text.Length, at + secret.Length + 20)];
    }

    private async Task PrepareAsync(string app)
    {
        await RunAsync(Secret("password"), "user", "add", "alice", "--admin", "--password-stdin");
        await RunAsync(Secret("app secret"), "exapp", "add", "llm", "--secret-stdin", "--app-version", "1", "--url", app, "--enabled");
        await RunAsync(Secret("newer app secret"), "exapp", "rotate", "llm", "--secret-stdin");
        _secrets["app password"] = (await new CommandLineDriver(Data).SucceedAsync("user", "app-password", "alice")).Trim();
        _secrets["API key"] = (await new CommandLineDriver(Data).SucceedAsync("apikey", "add", "dashboard")).Trim();
        _secrets["password in Basic"] = TestServer.Base64($"alice:{_secrets["password"]}");
        _secrets["secret in AppAPI's header"] = TestServer.Base64($":{_secrets["app secret"]}");
    }

    private Dictionary<string, string> Variables(string collector, string hostile)
    {
        _secrets["webhook key"] = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        _secrets["Nextcloud secret in AppAPI's header"] = TestServer.Base64($":{Secret("Nextcloud secret")}");
        return new()
        {
            ["TASKPROCESSING_DataDirectory"] = Data,
            ["TASKPROCESSING_Serilog__MinimumLevel__Default"] = "Verbose",
            ["TASKPROCESSING_Serilog__MinimumLevel__Override__Microsoft"] = "Verbose",
            ["TASKPROCESSING_Serilog__MinimumLevel__Override__System"] = "Verbose",
            ["TASKPROCESSING_Serilog__MinimumLevel__Override__Microsoft.AspNetCore.DataProtection"] = "Verbose",
            ["TASKPROCESSING_Serilog__MinimumLevel__Override__Microsoft.EntityFrameworkCore"] = "Verbose",
            ["TASKPROCESSING_Metrics__Token"] = Secret("metrics token"),
            ["TASKPROCESSING_Webhooks__Secret"] = _secrets["webhook key"],
            ["TASKPROCESSING_Webhooks__AllowedTargets__0"] = "127.0.0.1",
            ["TASKPROCESSING_Providers__OpenAI__local__BaseAddress"] = $"{hostile}/v1",
            ["TASKPROCESSING_Providers__OpenAI__local__Key"] = Secret("endpoint key"),
            ["TASKPROCESSING_Nextclouds__Connections__home__Url"] = hostile,
            ["TASKPROCESSING_Nextclouds__Connections__home__Secret"] = _secrets["Nextcloud secret"],
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-key={Secret("collector key")}",
        };
    }

    /// <summary>Every kind of login, right and wrong by one letter.</summary>
    private async Task LogInAsync(HttpClient client)
    {
        const string Next = $"{OcsDriver.Root}/tasks_provider/next?providerIds[]=p&taskTypeIds[]=t";
        foreach (var end in new[] { "", "x" })
        {
            await SendAsync(client, "/ocs/v2.php/cloud/user", ("Authorization", Basic(_secrets["password"] + end)));
            await SendAsync(client, "/ocs/v2.php/cloud/user", ("Authorization", Basic(_secrets["app password"] + end)));
            await SendAsync(client, "/ocs/v2.php/cloud/user", ("Authorization", $"Bearer {_secrets["app password"]}{end}"));
            await SendAsync(client, $"/api/v1/tasks?token={_secrets["API key"]}", ("X-API-Key", _secrets["API key"] + end));
            foreach (var secret in new[] { "app secret", "newer app secret" })
                await SendAsync(
                    client,
                    Next,
                    ("EX-APP-ID", "llm"),
                    ("EX-APP-VERSION", "1"),
                    ("AUTHORIZATION-APP-API", TestServer.Base64($":{_secrets[secret]}{end}"))
                );
            await SendAsync(client, "/metrics", ("Authorization", $"Bearer {_secrets["metrics token"]}{end}"));
        }
    }

    /// <summary>Rightly, wrongly, and with bodies that cannot be read. The browser keeps the cookie.</summary>
    private async Task SignInAsync(Uri server)
    {
        var password = _secrets["password"];
        using var browser = new HttpClient { BaseAddress = server };
        browser.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        using var wrong = await browser.TrySignInAsync("alice", password + "x");
        Tell("answers", await wrong.Content.ReadAsStringAsync(Token));
        using var right = await browser.TrySignInAsync("alice", password);
        _secrets["session"] = right.Headers.GetValues("Set-Cookie").Single().Split('=', ';')[1];
        await SendAsync(browser, "/ocs/v2.php/cloud/user");
        foreach (var body in new[] { $"{{\"user\":\"alice\",\"password\":\"{password}", $"{{\"user\":[\"{password}\"]}}" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await browser.PostAsync(SessionDriver.Route, content, Token);
            Tell("answers", await answer.Content.ReadAsStringAsync(Token));
        }
    }

    private async Task GrantAsync(HttpClient client)
    {
        using var started = await client.PostAsync("/login/v2", content: null, Token);
        var flow = await started.Content.ReadFromJsonAsync<JsonElement>(Token);
        var poll = _secrets["poll token"] = flow.GetProperty("poll").GetProperty("token").GetString()!;
        var login = _secrets["login token"] = flow.GetProperty("login").GetString()!.Split('/').Last();
        await SendAsync(client, $"/login/v2/flow/{login}");
        await SendAsync(client, $"{OcsDriver.Root}/login_flow/{login}", ("Authorization", Basic(_secrets["password"])));
        using var grant = new HttpRequestMessage(HttpMethod.Post, $"{OcsDriver.Root}/login_flow/{login}");
        grant.Headers.Authorization = AuthenticationHeaderValue.Parse(Basic(_secrets["password"]));
        (await client.SendAsync(grant, Token)).EnsureSuccessStatusCode();
        using var granted = await client.PostAsJsonAsync("/login/v2/poll", new { token = poll }, Token);
        var credentials = await granted.Content.ReadFromJsonAsync<JsonElement>(Token);
        _secrets["granted app password"] = credentials.GetProperty("appPassword").GetString()!;
    }

    /// <summary>A task that ends, and a receiver that repeats what it gets.</summary>
    private async Task SendWebhookAsync(HttpClient client, string receiver)
    {
        var address = Secret(Address);
        using var alice = new HttpRequestMessage(HttpMethod.Post, $"{OcsDriver.Root}/schedule");
        alice.Headers.Authorization = AuthenticationHeaderValue.Parse(Basic(_secrets["app password"]));
        alice.Content = JsonContent.Create(
            new
            {
                type = "pipeline:search",
                appId = "test",
                input = new { },
                webhookMethod = "HTTP:POST",
                webhookUri = receiver.Replace("://", $"://bot:{address}@", StringComparison.Ordinal) + $"/{address}?key={address}",
            }
        );
        using var scheduled = await client.SendAsync(alice, Token);
        var id = (await OcsDriver.DataOf(scheduled)).GetProperty("task").GetProperty("id").GetInt64();
        using var cancel = new HttpRequestMessage(HttpMethod.Post, $"{OcsDriver.Root}/tasks/{id}/cancel");
        cancel.Headers.Authorization = AuthenticationHeaderValue.Parse(Basic(_secrets["app password"]));
        (await client.SendAsync(cancel, Token)).EnsureSuccessStatusCode();
    }

    private async Task RunCommandsAsync()
    {
        string[][] commands =
        [
            ["user", "list", "--json"],
            ["user", "app-passwords", "alice", "--json"],
            ["apikey", "list", "--json"],
            ["exapp", "list", "--json"],
            ["exapp", "check", "llm"],
            ["nextcloud", "list", "--json"],
            ["webhook", "list", "--json"],
            ["backup", _directory.File("backup")],
        ];
        foreach (var command in commands)
            await RunAsync("", command);

        string[] database =
        [
            "--Store:Provider=PostgreSql",
            $"--Store:ConnectionString=Host=127.0.0.1;Port=1;Username=tasks;Password={Secret("database password")}",
        ];
        string[] bucket =
        [
            "--Files:Storage=S3",
            "--Files:S3:Bucket=files",
            $"--Files:S3:ServiceUrl=http://bot:{Secret("password of the bucket")}@127.0.0.1:1",
            "--Files:S3:AccessKey=access",
            $"--Files:S3:SecretKey={Secret("S3 key")}",
        ];
        await RunAsync("", ["user", "list", .. database]);
        await RunAsync("", ["doctor", .. database]);
        await RunAsync("", ["file", "check", .. bucket]);
        _secrets["short metrics token"] = Secret("wrong metrics token")[..15];
        await RunAsync("", ["user", "list", $"--Metrics:Token={_secrets["short metrics token"]}"]);
        await RunAsync("", ["user", "list", $"--Webhooks:Secret=whsec_{Secret("wrong webhook key")}"]);
    }

    private async Task RunAsync(string input, params string[] command)
    {
        var result = await new CommandLineDriver(Data).RunWithInputAsync(input, command);
        Tell("commands", result.Out + result.Error);
    }

    private async Task SendAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request, Token);
        Tell(path == "/metrics" ? "metrics" : "answers", answer.Headers + await answer.Content.ReadAsStringAsync(Token));
    }

    private async Task CollectAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Tell("traces", Encoding.UTF8.GetString(body.ToArray()));
    }

    /// <summary>Fails, and repeats what it was sent, as some servers do.</summary>
    private static async Task RepeatAsync(HttpContext context)
    {
        context.Response.StatusCode = 500;
        await context.Response.WriteAsync($"{context.Request.Path} {string.Join('\n', context.Request.Headers)}");
    }

    private static string Basic(string secret) => $"Basic {TestServer.Base64($"alice:{secret}")}";

    private string Secret(string name) => _secrets[name] = $"mark{Guid.NewGuid():N}";

    private void Tell(string place, string text)
    {
        var told = _told.GetOrAdd(place, _ => new StringBuilder());
        lock (told)
            told.Append(text).Append('\n');
    }

    private string TextOf(string place) => _told[place].ToString();
}
