using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Writes that share a commit: the failure of one does not touch the others.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TestDatabase _database = null!;

    private Database Writes => _database.Get<Database>();

    private ITaskStore Tasks => _database.Get<ITaskStore>();

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_fails_harms_no_other(bool atomic)
    {
        List<Task> writes = [];
        await using (await HeldWriter.HoldAsync(_database))
        {
            writes.Add(Tasks.AddAsync(NewTask("before"), Token));
            writes.Add(
                Writes.ChangeAsync<int>(
                    async connection =>
                    {
                        await InsertAsync(connection.Context, "undone");
                        throw new InvalidOperationException("wrong");
                    },
                    atomic,
                    Token
                )
            );
            writes.Add(Writes.WriteAsync(db => db.Database.ExecuteSqlRawAsync("INSERT INTO nowhere VALUES (1)", Token), Token));
            writes.Add(Tasks.AddAsync(NewTask("after"), Token));
        }

        await writes[0];
        await writes[1].Awaiting(write => write).Should().ThrowAsync<InvalidOperationException>();
        await writes[2].Awaiting(write => write).Should().ThrowAsync<SqliteException>();
        await writes[3];
        (await TypesAsync()).Should().BeEquivalentTo(atomic ? ["before", "after"] : new[] { "before", "undone", "after" });
    }

    [Fact]
    public async Task A_failed_commit_fails_all_its_writes_and_the_next_one_succeeds()
    {
        List<Task> writes = [];
        await using (await HeldWriter.HoldAsync(_database))
        {
            writes.Add(Tasks.AddAsync(NewTask("one"), Token));
            // a broken reference that is looked at when the transaction ends
            writes.Add(
                Writes.WriteAsync(
                    db =>
                        db.Database.ExecuteSqlRawAsync(
                            "PRAGMA defer_foreign_keys = ON; "
                                + "INSERT INTO app_passwords (account_id, name, token_hash, created_at) VALUES ('nobody', '', '', 0)",
                            Token
                        ),
                    Token
                )
            );
            writes.Add(Tasks.AddAsync(NewTask("two"), Token));
        }

        foreach (var write in writes)
            (await write.Awaiting(task => task).Should().ThrowAsync<MissingOwnerException>()).WithInnerException<SqliteException>();
        await Tasks.AddAsync(NewTask("three"), Token);
        (await TypesAsync()).Should().Equal("three");
    }

    [Fact]
    public async Task When_SQLite_gives_a_transaction_up_all_of_it_has_failed_and_the_next_one_is_made()
    {
        List<Task> writes = [];
        await using (await HeldWriter.HoldAsync(_database))
        {
            writes.Add(Tasks.AddAsync(NewTask("one"), Token));
            writes.Add(
                Writes.WriteAsync(
                    db => db.Database.ExecuteSqlRawAsync("INSERT OR ROLLBACK INTO changes (topic, version) VALUES (1, 1), (1, 1)", Token),
                    Token
                )
            );
            writes.Add(Tasks.AddAsync(NewTask("two"), Token));
        }

        foreach (var write in writes)
            await write.Awaiting(task => task).Should().ThrowAsync<SqliteException>();
        await Tasks.AddAsync(NewTask("three"), Token);
        (await TypesAsync()).Should().Equal("three");
    }

    [Fact]
    public async Task A_write_for_which_there_is_no_room_is_an_outage_for_it_alone()
    {
        List<Task> writes = [];
        await using (await HeldWriter.HoldAsync(_database))
        {
            writes.Add(Tasks.AddAsync(NewTask("one"), Token));
            writes.Add(
                Writes.WriteAsync(
                    async db =>
                    {
                        // As a full disk: the file may not grow.
                        await db.Database.ExecuteSqlRawAsync("PRAGMA max_page_count = 1", Token);
                        return await InsertAsync(db, "big", new string('x', 100_000));
                    },
                    Token
                )
            );
        }

        await writes[0];
        await writes[1].Awaiting(task => task).Should().ThrowAsync<StoreUnavailableException>();
        (await TypesAsync()).Should().Equal("one");
    }

    [Fact]
    public async Task Writes_are_made_in_the_order_in_which_they_came()
    {
        List<int> order = [];
        List<Task> writes = [];
        await using (await HeldWriter.HoldAsync(_database))
        {
            for (var i = 0; i < 50; i++)
            {
                var place = i;
                writes.Add(
                    Writes.WriteAsync(
                        _ =>
                        {
                            order.Add(place);
                            return Task.FromResult(true);
                        },
                        Token
                    )
                );
            }
        }

        await Task.WhenAll(writes);
        order.Should().Equal(Enumerable.Range(0, 50));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_waits_changes_nothing()
    {
        using var leaving = new CancellationTokenSource();
        Task staying;
        await using (await HeldWriter.HoldAsync(_database))
        {
            var left = Tasks.AddAsync(NewTask("left"), leaving.Token);
            staying = Tasks.AddAsync(NewTask("stayed"), Token);
            await leaving.CancelAsync();
            await left.Awaiting(write => write).Should().ThrowAsync<OperationCanceledException>();
        }

        await staying;
        (await TypesAsync()).Should().Equal("stayed");
        await Tasks.Awaiting(tasks => tasks.AddAsync(NewTask("late"), leaving.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task The_caller_of_a_write_that_comes_while_all_is_quiet_makes_it()
    {
        var caller = Environment.CurrentManagedThreadId;

        var first = Writes.WriteAsync(_ => Task.FromResult(Environment.CurrentManagedThreadId), Token);

        first.IsCompletedSuccessfully.Should().BeTrue();
        (await first).Should().Be(caller);
    }

    [Fact]
    public async Task Writes_wait_while_another_process_writes()
    {
        Task write;
        await using (var other = new SqliteConnection($"Data Source={_database.SqliteFile};Pooling=False"))
        {
            await other.OpenAsync(Token);
            await using var transaction = other.BeginTransaction(deferred: false);
            await using var command = other.CreateCommand();
            command.CommandText =
                "UPDATE sqlite_sequence SET seq = 500 WHERE name = 'tasks'; INSERT INTO sqlite_sequence VALUES ('tasks', 500)";
            await command.ExecuteNonQueryAsync(Token);
            write = Task.Run(() => Tasks.AddAsync(NewTask("waits"), Token), Token);
            write.IsCompleted.Should().BeFalse();
            await transaction.CommitAsync(Token);
        }

        await write;
        (await Tasks.FindAsync(501, Token))!.Type.Should().Be("waits");
    }

    [Fact]
    public async Task Many_writers_at_once_all_get_their_own_answer()
    {
        var ids = await Task.WhenAll(
            Enumerable
                .Range(0, 2000)
                .Select(i =>
                    Task.Run(
                        async () =>
                        {
                            var task = NewTask("type " + (i % 7));
                            await Tasks.AddAsync(task, Token);
                            (await Tasks.FindAsync(task.Id, Token))!.Type.Should().Be(task.Type);
                            return task.Id;
                        },
                        Token
                    )
                )
        );

        ids.Should().OnlyHaveUniqueItems();
        (await Tasks.CountQueueAsync([], Token)).Scheduled.Should().Be(2000);
    }

    [Fact]
    public async Task Waiting_writes_are_finished_when_the_server_stops_and_later_ones_refused()
    {
        List<Task> writes = [];
        Task stopping;
        await using (await HeldWriter.HoldAsync(_database))
        {
            for (var i = 0; i < 20; i++)
                writes.Add(Tasks.AddAsync(NewTask("waiting"), Token));
            stopping = Task.Run(Writes.Dispose, Token);
        }

        await Task.WhenAll(writes);
        await stopping;
        await Tasks.Awaiting(tasks => tasks.AddAsync(NewTask("late"), Token)).Should().ThrowAsync<ObjectDisposedException>();
        (await TypesAsync()).Should().HaveCount(20);
    }

    private async Task<List<string>> TypesAsync()
    {
        await using var db = _database.OpenContext();
        return await db.Tasks.OrderBy(task => task.Id).Select(task => task.Type).ToListAsync(Token);
    }

    private static Task<int> InsertAsync(TaskDbContext db, string type, string input = "{}")
    {
        var task = NewTask(type, input);
        db.Add(task);
        return db.SaveChangesAsync(Token);
    }

    private static ProcessingTask NewTask(string type, string input = "{}") =>
        new()
        {
            Type = type,
            Status = ProcessingStatus.Scheduled,
            AppId = "test",
            Input = input,
            ScheduledAt = DateTimeOffset.UnixEpoch,
            LastUpdated = DateTimeOffset.UnixEpoch,
        };
}
