using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class WebhookCommandTests : IAsyncLifetime
{
    private const string Secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q=";
    private const string OlderSecret = "whsec_dGhlIGtleSB0aGF0IGNhbWUgYmVmb3JlIGl0Li4u";

    private TestDatabase _database = null!;

    private CommandLineDriver Driver => new(_database.DataDirectory);

    private IWebhookStore Webhooks => _database.Get<IWebhookStore>();

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_list_shows_the_states_of_deliveries_and_no_secret()
    {
        var delivered = await AddAsync(new AttemptResult(WebhookState.Delivered, null, 204, null));
        var waiting = await AddAsync(new AttemptResult(WebhookState.Waiting, DateTimeOffset.UtcNow.AddHours(1), 500, "it answered 500"));
        var givenUp = await AddAsync(new AttemptResult(WebhookState.GivenUp, null, null, "nobody\nthere"));
        var refused = await AddAsync(new AttemptResult(WebhookState.Refused, null, null, "inside"));

        var table = (await Driver.SucceedAsync("webhook", "list")).TrimEnd().Split('\n');
        table.Skip(1).Select(line => line.Split(' ')[0]).Should().BeEquivalentTo(delivered, waiting, givenUp, refused);
        table
            .Should()
            .ContainSingle(line => line.Contains("delivered") && line.Contains("https://hooks.example  ") && line.EndsWith("204"));
        table.Should().ContainSingle(line => line.Contains("given up") && line.EndsWith("nobody there"));
        var failed = JsonElement.Parse(await Driver.SucceedAsync("webhook", "list", "--failed", "--json"));
        failed.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()).Should().BeEquivalentTo(givenUp, refused);
        (await Driver.SucceedAsync("webhook", "list", "--limit", "1", "--json")).Should().NotContain("token=hush");
    }

    [Fact]
    public async Task One_is_shown_with_all_that_happened_and_can_be_tried_again()
    {
        var id = await AddAsync(new AttemptResult(WebhookState.GivenUp, null, 500, "it answered 500"));

        (await Driver.SucceedAsync("webhook", "retry", id)).Should().Contain(id);
        (await Webhooks.FindAsync(id, CancellationToken.None))!.State.Should().Be(WebhookState.Waiting);

        var shown = JsonElement.Parse(await Driver.SucceedAsync("webhook", "get", id));
        shown
            .GetProperty("history")
            .EnumerateArray()
            .Select(entry => $"{entry.GetProperty("kind")} by {entry.GetProperty("by")}: {entry.GetProperty("detail")}")
            .Should()
            .Equal("given up by server: it answered 500", "retried by operator: ");
        shown.GetProperty("uri").GetString().Should().Be("https://hooks.example/?token=hush");
        JsonElement
            .Parse(shown.GetProperty("body").GetString()!)
            .GetProperty("task")
            .GetProperty("status")
            .GetString()
            .Should()
            .Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task A_delivery_that_cannot_be_retried_is_an_error_with_the_reason()
    {
        var delivered = await AddAsync(new AttemptResult(WebhookState.Delivered, null, 204, null));
        var sending = await AddAsync(result: null);

        (await Driver.RunAsync("webhook", "retry", delivered))
            .Should()
            .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("was delivered already"));
        (await Driver.RunAsync("webhook", "retry", sending))
            .Should()
            .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("is being sent"));
        foreach (var command in new[] { "retry", "get" })
            (await Driver.RunAsync("webhook", command, "x"))
                .Should()
                .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("There is no delivery \"x\""));
    }

    [Fact]
    public async Task The_secret_is_the_configured_one_else_one_that_stays()
    {
        var file = Path.Combine(_database.DataDirectory, "secret.txt");
        await File.WriteAllTextAsync(file, $"{OlderSecret}\n");

        var made = await Driver.SucceedAsync("webhook", "secret");
        (await Driver.SucceedAsync("webhook", "secret")).Should().Be(made);
        made.Should().MatchRegex("^whsec_[A-Za-z0-9+/]{43}=\n$");
        (await Driver.SucceedAsync("webhook", "secret", $"--Webhooks:Secret={Secret}")).Should().Be($"{Secret}\n");
        (await Driver.SucceedAsync("webhook", "secret", $"--Webhooks:SecretFile={file}")).Should().Be($"{OlderSecret}\n");
        (await Driver.SucceedAsync("webhook", "secret", $"--Webhooks:OlderSecrets:0={OlderSecret}")).Should().Be($"{made}{OlderSecret}\n");
    }

    [Theory]
    [InlineData(
        "--Webhooks:Secret=short",
        "Webhooks:Secret is not whsec_ and base64 of 24 to 64 bytes; this makes one: echo \"whsec_$(openssl rand -base64 32)\""
    )]
    [InlineData("--Webhooks:OlderSecrets:0=a secret of more than sixteen characters", "Webhooks:OlderSecrets:0 is not whsec_")]
    [InlineData("--Webhooks:SecretFile=/etc/passwd", "Webhooks:SecretFile is not whsec_")]
    [InlineData("--Webhooks:SecretFile=/nowhere/secret", "Webhooks:SecretFile cannot be read")]
    [InlineData("--Webhooks:AllowedTargets:0=10.0.0.0/99", "Webhooks:AllowedTargets:0 \"10.0.0.0/99\" is neither")]
    [InlineData("--Webhooks:AllowedTargets:0=http://hooks.example", "Webhooks:AllowedTargets:0")]
    [InlineData("--Webhooks:MaxConcurrent=0", "Webhooks:MaxConcurrent")]
    public async Task Settings_that_do_not_fit_are_refused(string setting, string problem) =>
        (await Driver.RunAsync("webhook", "list", setting))
            .Should()
            .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains(problem));

    /// <summary>Ends a task and records the result of its delivery; answers the delivery's id.</summary>
    private async Task<string> AddAsync(AttemptResult? result)
    {
        var now = DateTimeOffset.UtcNow;
        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = ProcessingStatus.Scheduled,
            UserId = "alice",
            AppId = "mail",
            Input = """{"input":"text"}""",
            WebhookUri = "https://hooks.example/?token=hush",
            WebhookMethod = "HTTP:POST",
            ScheduledAt = now,
            LastUpdated = now,
        };
        await _database.Get<ITaskStore>().AddAsync(task, CancellationToken.None);
        await _database.Get<ITaskStore>().TryCancelAsync(task.Id, "user alice", now, CancellationToken.None);
        var claimed = (await Webhooks.ClaimAsync(1, 1, [], now, now.AddMinutes(1), CancellationToken.None)).Single();
        if (result is not null)
            await Webhooks.TryRecordAsync(claimed, result, now, CancellationToken.None);
        return claimed.Id;
    }
}
