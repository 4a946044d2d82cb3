using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Cached tasks equal the stored rows, after changes by any process.</summary>
public sealed class SqliteTaskCacheTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TestDatabase _database = null!;

    private ITaskStore Tasks => _database.Get<ITaskStore>();

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_task_is_the_same_instance_as_long_as_it_does_not_change()
    {
        var id = await AddAsync();
        await Tasks.FindAsync(id, Token);

        var first = await Tasks.FindAsync(id, Token);
        var second = await Tasks.FindAsync(id, Token);
        await AddAsync();
        var third = await Tasks.FindAsync(id, Token);

        second.Should().BeSameAs(first);
        third.Should().BeSameAs(first, "a write of this process is no reason to forget");
    }

    [Fact]
    public async Task Every_change_of_this_process_is_seen_at_once()
    {
        var id = await AddAsync();
        await Tasks.FindAsync(id, Token);

        await Tasks.ClaimAsync([new("test:echo", "provider", 60)], 1, "app worker", Now, Token);
        (await Tasks.FindAsync(id, Token))!.Status.Should().Be(ProcessingStatus.Running);
        await _database.Get<ITaskUpkeep>().ReturnLostAsync(mostAttempts: 3, limit: 10, Now.AddHours(1), Token);
        (await Tasks.FindAsync(id, Token))!.Status.Should().Be(ProcessingStatus.Scheduled);
        await Tasks.TryCancelAsync(id, "user alice", Now, Token);
        (await Tasks.FindAsync(id, Token))!.Status.Should().Be(ProcessingStatus.Cancelled);
        await _database.Get<ITaskUpkeep>().DeleteOldEndedAsync("test:echo", ProcessingStatus.Cancelled, Now.AddDays(1), limit: 10, Token);
        (await Tasks.FindAsync(id, Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_change_by_EF_Core_on_the_writer_is_seen_too()
    {
        var id = await AddAsync();
        await Tasks.FindAsync(id, Token);

        await _database
            .Get<Database>()
            .WriteAsync(
                db => db.Tasks.Where(task => task.Id == id).ExecuteUpdateAsync(set => set.SetProperty(task => task.Renewals, 7), Token),
                Token
            );

        (await Tasks.FindAsync(id, Token))!.Renewals.Should().Be(7);
    }

    [Fact]
    public async Task A_change_of_a_failed_write_is_not_seen()
    {
        var id = await AddAsync();
        await Tasks.FindAsync(id, Token);

        await _database
            .Get<Database>()
            .Awaiting(database =>
                database.ChangeAsync<int>(
                    async connection =>
                    {
                        (await connection.ChangeTasksAsync(TaskStatements.Cancel.OfAny, [id, 0L, "line"], TaskRow.Read))
                            .Should()
                            .ContainSingle();
                        throw new InvalidOperationException("wrong");
                    },
                    atomic: true,
                    Token
                )
            )
            .Should()
            .ThrowAsync<InvalidOperationException>();

        (await Tasks.FindAsync(id, Token))!.Status.Should().Be(ProcessingStatus.Scheduled);
    }

    [Fact]
    public async Task A_change_by_another_process_is_seen_at_once()
    {
        await using var node = _database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider();
        var others = node.GetRequiredService<ITaskStore>();
        var id = await AddAsync();

        for (var round = 1; round <= 20; round++)
        {
            await Tasks.FindAsync(id, Token);
            await Tasks.TryRenewAsync(id, null, "app worker", Now, Token);
            await others.TryReportProgressAsync(id, null, round / 100.0, totalSteps: null, "app worker", Now, Token);
            (await Tasks.FindAsync(id, Token))!.Progress.Should().Be(round / 100.0);
            (await Tasks.FindAsync(id, Token))!.Progress.Should().Be(round / 100.0);
        }
    }

    [Fact]
    public async Task A_change_by_hand_is_seen_at_once()
    {
        var id = await AddAsync();
        await Tasks.FindAsync(id, Token);

        await using (var shell = new SqliteConnection($"Data Source={_database.SqliteFile};Pooling=False"))
        {
            await shell.OpenAsync(Token);
            await using var command = shell.CreateCommand();
            command.CommandText = "UPDATE tasks SET status = 5";
            await command.ExecuteNonQueryAsync(Token);
        }

        (await Tasks.FindAsync(id, Token))!.Status.Should().Be(ProcessingStatus.Cancelled);
    }

    [Fact]
    public async Task The_poll_for_changes_hides_no_commit_from_the_cache_nor_the_cache_from_the_poll()
    {
        var poll = _database.Get<IChangeNotifier>();
        await using var node = _database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider();
        var id = await AddAsync();
        await Tasks.FindAsync(id, Token);
        var quiet = await poll.ReadVersionAsync(Token);
        (await poll.ReadVersionAsync(Token)).Should().Be(quiet);

        await node.GetRequiredService<ITaskStore>().TryReportProgressAsync(id, null, 0.25, totalSteps: null, "app worker", Now, Token);
        var changed = await poll.ReadVersionAsync(Token);
        (await Tasks.FindAsync(id, Token))!.Progress.Should().Be(0.25);
        await node.GetRequiredService<ITaskStore>().TryCancelAsync(id, "user alice", Now, Token);
        (await Tasks.FindAsync(id, Token))!.Status.Should().Be(ProcessingStatus.Cancelled);

        changed.Should().NotBe(quiet);
        (await poll.ReadVersionAsync(Token)).Should().NotBe(changed);
    }

    [Fact]
    public async Task Two_processes_and_many_readers_never_see_a_task_go_back()
    {
        await using var node = _database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider();
        ITaskStore[] stores = [Tasks, node.GetRequiredService<ITaskStore>()];
        var id = await AddAsync();
        using var done = new CancellationTokenSource();
        var readers = Enumerable
            .Range(0, 6)
            .Select(reader =>
                Task.Run(
                    async () =>
                    {
                        var last = 0L;
                        while (!done.IsCancellationRequested)
                        {
                            var revision = (await stores[reader % 2].FindAsync(id, Token))!.Revision;
                            revision.Should().BeGreaterThanOrEqualTo(last);
                            last = revision;
                        }
                    },
                    Token
                )
            )
            .ToList();

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(writer =>
                    Task.Run(
                        async () =>
                        {
                            for (var i = 0; i < 50; i++)
                            {
                                var store = stores[writer % 2];
                                var change = await store.TryReportProgressAsync(id, null, 0.5, totalSteps: null, "app worker", Now, Token);
                                (await store.FindAsync(id, Token))!
                                    .Revision.Should()
                                    .BeGreaterThanOrEqualTo(change.Task!.Revision, "one reads what one wrote");
                            }
                        },
                        Token
                    )
                )
        );
        await done.CancelAsync();
        await Task.WhenAll(readers);

        (await Tasks.FindAsync(id, Token))!.Revision.Should().Be(201);
    }

    [Fact]
    public void The_least_used_tasks_make_room_for_others()
    {
        var cache = new RecentTasks(megabytes: 1);
        var favourite = NewTask();
        favourite.Id = 1;
        cache.KeepWritten(favourite);

        for (var id = 2; id < 5000; id++)
        {
            var task = NewTask();
            task.Id = id;
            cache.KeepWritten(task);
            cache.Find(1).Should().BeSameAs(favourite);
        }

        cache.Find(2).Should().BeNull();
        cache.Find(4999).Should().NotBeNull();
    }

    private async Task<long> AddAsync()
    {
        var task = NewTask();
        await Tasks.AddAsync(task, Token);
        return task.Id;
    }

    private static ProcessingTask NewTask() =>
        new()
        {
            Type = "test:echo",
            Status = ProcessingStatus.Scheduled,
            AppId = "test",
            Input = "{}",
            ScheduledAt = Now,
            LastUpdated = Now,
        };
}
