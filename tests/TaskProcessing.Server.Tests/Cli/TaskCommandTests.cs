using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class TaskCommandTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private CommandLineDriver Driver => new(_database.DataDirectory);

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(StoreProvider.Sqlite);

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

        (await Driver.SucceedAsync("task", "get", $"{id}")).Should().ContainAll("disk on fire", "try later", "alice", "failed", "core:text2text");
        var json = JsonElement.Parse(await Driver.SucceedAsync("task", "get", $"{id}", "--json"));
        json.GetProperty("errorMessage").GetString().Should().Be("disk on fire");
        json.GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        json.GetProperty("input").GetProperty("input").GetString().Should().Be("text");
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
        all.EnumerateObject().Select(count => (count.Name, count.Value.GetInt32())).Should().Equal(
            ("scheduled", 2), ("running", 1), ("successful", 0), ("failed", 0), ("cancelled", 0), ("total", 3));
        (await Driver.SucceedAsync("task", "stats", "--type", "core:text2text")).Should().MatchRegex(@"total +2\n$");
    }

    [Fact]
    public async Task Cancelling_calls_off_what_has_not_ended()
    {
        var waiting = await AddAsync("alice", "core:text2text", "mail");
        var finished = await AddAsync("alice", "core:text2text", "mail", ProcessingStatus.Successful);

        await Driver.SucceedAsync("task", "cancel", $"{waiting}");
        (await FindAsync(waiting))!.Status.Should().Be(ProcessingStatus.Cancelled);

        (await Driver.RunAsync("task", "cancel", $"{finished}")).Should().Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("successful"));
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

        var tasks = await _database.Get<ITaskStore>().ListAsync(new TaskFilter(), CancellationToken.None);
        string.Join(',', tasks.Select(task => task.Id)).Should().Be(left);
    }

    private async Task<long> AddAsync(string user, string type, string app, ProcessingStatus status = ProcessingStatus.Scheduled, TimeSpan age = default)
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
