using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class TaskCommandTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private CommandLineDriver Driver => new(_database.DataDirectory);

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("", "1,2,3")]
    [InlineData("--user alice", "1,3")]
    [InlineData("--type core:text2text:topics", "2")]
    [InlineData("--status cancelled", "3")]
    [InlineData("--app mail", "1,2")]
    [InlineData("--limit 2", "2,3")]
    [InlineData("--user alice --status scheduled", "1")]
    public async Task The_list_can_be_narrowed_down(string filter, string ids)
    {
        await AddAsync("alice", "core:text2text", "mail");
        await AddAsync("bob", "core:text2text:topics", "mail");
        await AddAsync("alice", "core:text2text", "notes", ProcessingStatus.Cancelled);
        string[] words = filter.Length == 0 ? [] : filter.Split(' ');

        var tasks = JsonElement.Parse(await Driver.SucceedAsync(["task", "list", "--json", .. words])).EnumerateArray().ToList();
        string.Join(',', tasks.Select(task => task.GetProperty("id").GetInt64())).Should().Be(ids);

        var table = (await Driver.SucceedAsync(["task", "list", .. words])).TrimEnd().Split('\n');
        string.Join(',', table.Skip(1).Select(line => line.Split(' ')[0])).Should().Be(ids);
    }

    [Fact]
    public async Task A_task_is_shown_with_the_error_that_its_owner_does_not_see()
    {
        var id = await AddAsync("alice", "core:text2text", "mail");
        var ending = new TaskEnding(TaskTransition.Fail) { ErrorMessage = "disk on fire", UserFacingErrorMessage = "try later" };
        await _database.Get<ITaskStore>().TryFinishAsync(id, ending, DateTimeOffset.UtcNow, CancellationToken.None);

        (await Driver.SucceedAsync("task", "get", $"{id}"))
            .Should()
            .ContainAll("disk on fire", "try later", "alice", "failed", "core:text2text");
        var json = JsonElement.Parse(await Driver.SucceedAsync("task", "get", $"{id}", "--json"));
        json.GetProperty("errorMessage").GetString().Should().Be("disk on fire");
        json.GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        json.GetProperty("input").GetProperty("input").GetString().Should().Be("text");
    }

    [Fact]
    public async Task The_history_of_a_task_has_its_events_with_time_and_actor()
    {
        var id = await AddAsync("alice", "core:text2text", "mail");
        var at = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
        var tasks = _database.Get<ITaskStore>();
        await tasks.ClaimAsync([new("core:text2text", "llm", 60)], 1, "app llm2", at, CancellationToken.None);
        await tasks.TryReportProgressAsync(id, null, 0.25, null, "app llm2", at.AddSeconds(10), CancellationToken.None);
        await tasks.TryRenewAsync(id, null, "app llm2", at.AddSeconds(20), CancellationToken.None);
        await tasks.TryFinishAsync(
            id,
            new TaskEnding(TaskTransition.Fail) { Actor = "app llm2", ErrorMessage = "disk on fire" },
            at.AddSeconds(30),
            CancellationToken.None
        );

        (await Driver.SucceedAsync("task", "get", $"{id}", "--history"))
            .Should()
            .Be(
                """
                TIME (UTC)           EVENT    BY        DETAIL
                2026-07-01 12:00:00  claimed  app llm2  llm
                2026-07-01 12:00:20  renewed  app llm2  the last time of 2
                2026-07-01 12:00:30  failed   app llm2  disk on fire

                """
            );
        var events = JsonElement.Parse(await Driver.SucceedAsync("task", "get", $"{id}", "--history", "--json")).GetProperty("history");
        events.EnumerateArray().Select(one => one.GetProperty("event").GetString()).Should().Equal("claimed", "renewed", "failed");
        events[1].GetProperty("at").GetString().Should().Be("2026-07-01T12:00:20.000Z");
    }

    [Fact]
    public async Task Failed_tasks_run_again_and_no_others()
    {
        var failed = await AddAsync("alice", "core:text2text", "mail", ProcessingStatus.Failed);
        var finished = await AddAsync("alice", "core:text2text", "mail", ProcessingStatus.Successful);

        (await Driver.SucceedAsync("task", "requeue", $"{failed}")).Should().Be($"Task {failed} waits again\n");

        (await FindAsync(failed))!.Status.Should().Be(ProcessingStatus.Scheduled);
        (await Driver.SucceedAsync("task", "get", $"{failed}", "--history")).Should().Contain("requeued  operator");
        var mixed = await Driver.RunAsync("task", "requeue", $"{finished}", "4711");
        mixed.ExitCode.Should().Be(1);
        mixed.Error.Should().ContainAll($"Task {finished} is successful", "There is no task 4711");
        (await FindAsync(finished))!.Status.Should().Be(ProcessingStatus.Successful);
    }

    [Theory]
    [InlineData("", "1,3", "2 tasks wait again")]
    [InlineData("--type core:text2text:topics", "3", "1 task waits again")]
    [InlineData("--type core:text2speech", "", "0 tasks wait again")]
    public async Task All_failed_tasks_can_run_again_at_once(string filter, string ids, string answer)
    {
        await AddAsync("alice", "core:text2text", "mail", ProcessingStatus.Failed);
        await AddAsync("bob", "core:text2text", "mail", ProcessingStatus.Cancelled);
        await AddAsync("bob", "core:text2text:topics", "mail", ProcessingStatus.Failed);
        string[] words = filter.Length == 0 ? [] : filter.Split(' ');

        (await Driver.SucceedAsync(["task", "requeue", "--failed", .. words])).Should().StartWith(answer);

        var waiting = await _database
            .Get<ITaskStore>()
            .ListAsync(new TaskQuery { Status = ProcessingStatus.Scheduled }, CancellationToken.None);
        string.Join(',', waiting.Select(task => task.Id)).Should().Be(ids);
    }

    [Fact]
    public async Task A_task_that_is_not_there_is_an_error()
    {
        foreach (var command in new[] { "get", "cancel" })
        {
            var result = await Driver.RunAsync("task", command, "42");
            result.ExitCode.Should().Be(1);
            result.Error.Should().Contain("There is no task 42");
        }
    }

    [Fact]
    public async Task Statistics_count_every_status()
    {
        await AddAsync("alice", "core:text2text", "mail");
        await AddAsync("alice", "core:text2text:topics", "mail");
        await AddAsync("bob", "core:text2text", "mail", ProcessingStatus.Running);

        var all = JsonElement.Parse(await Driver.SucceedAsync("task", "stats", "--json"));
        all.EnumerateObject()
            .Select(count => (count.Name, count.Value.GetInt32()))
            .Should()
            .Equal(("scheduled", 2), ("running", 1), ("successful", 0), ("failed", 0), ("cancelled", 0), ("total", 3));
        (await Driver.SucceedAsync("task", "stats", "--type", "core:text2text")).Should().MatchRegex(@"total +2\n$");
    }

    [Fact]
    public async Task Cancelling_calls_off_what_has_not_ended()
    {
        var waiting = await AddAsync("alice", "core:text2text", "mail");
        var finished = await AddAsync("alice", "core:text2text", "mail", ProcessingStatus.Successful);

        await Driver.SucceedAsync("task", "cancel", $"{waiting}");
        (await FindAsync(waiting))!.Status.Should().Be(ProcessingStatus.Cancelled);

        (await Driver.RunAsync("task", "cancel", $"{finished}"))
            .Should()
            .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("successful"));
        (await FindAsync(finished))!.Status.Should().Be(ProcessingStatus.Successful);
    }

    [Theory]
    [InlineData("", "2,3,4")]
    [InlineData("--older-than 100d", "3,4")]
    [InlineData("--older-than 12h", "4")]
    [InlineData("--older-than 30m", "")]
    public async Task Cleaning_up_removes_what_is_older(string age, string left)
    {
        foreach (var hours in new[] { 200 * 24, 150 * 24, 24, 1 })
            await AddAsync("alice", "core:text2text", "mail", ProcessingStatus.Successful, TimeSpan.FromHours(hours));
        string[] words = age.Length == 0 ? [] : age.Split(' ');

        await Driver.SucceedAsync(["task", "cleanup", .. words]);

        var tasks = await _database.Get<ITaskStore>().ListAsync(new TaskQuery(), CancellationToken.None);
        string.Join(',', tasks.Select(task => task.Id)).Should().Be(left);
    }

    private async Task<long> AddAsync(
        string user,
        string type,
        string app,
        ProcessingStatus status = ProcessingStatus.Scheduled,
        TimeSpan age = default
    )
    {
        var now = DateTimeOffset.UtcNow - age;
        var task = new ProcessingTask
        {
            Type = type,
            Status = status,
            UserId = user,
            AppId = app,
            Input = """{"input":"text"}""",
            ScheduledAt = now,
            LastUpdated = now,
        };
        await _database.Get<ITaskStore>().AddAsync(task, CancellationToken.None);
        return task.Id;
    }

    private Task<ProcessingTask?> FindAsync(long id) => _database.Get<ITaskStore>().FindAsync(id, CancellationToken.None);
}
