using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// Statements that share a message on PostgreSQL: the failure of one does not touch the others, and the server plans them
/// as it should.
/// </summary>
public sealed class PostgreSqlBatcherTests : IAsyncLifetime
{
    private static readonly Statement Number = new("SELECT {0} * 2");
    private static readonly Statement Wait = new("SELECT 1 FROM pg_advisory_xact_lock(1)");

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Database Statements => _database.Get<Database>();

    private ITaskStore Tasks => _database.Get<ITaskStore>();

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_statement_that_fails_harms_no_other()
    {
        // PostgreSQL's texts cannot hold the character 0.
        var tasks = Enumerable.Range(0, 50).Select(i => NewTask(i % 10 == 7 ? $"wrong\0{i}" : $"right{i}")).ToList();

        var added = tasks.ConvertAll(task => Tasks.AddAsync(task, Token));
        await Task.WhenAll(added).ContinueWith(_ => { }, Token);

        foreach (var (task, adding) in tasks.Zip(added))
        {
            if (task.CustomId!.StartsWith("wrong", StringComparison.Ordinal))
                await adding.Awaiting(it => it).Should().ThrowAsync<UnstorableTextException>();
            else
                (await Tasks.FindAsync(task.Id, Token))!.CustomId.Should().Be(task.CustomId);
        }

        (await Tasks.ListAsync(new TaskQuery(), Token)).Should().HaveCount(45);
    }

    [Fact]
    public async Task Each_caller_gets_its_own_answer()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(number => Statements.QueryAsync(Number, [(long)number], row => row.Int64(0), Token))
        );

        answers.Select(rows => rows.Single()).Should().Equal(Enumerable.Range(0, 500).Select(number => 2L * number));
    }

    [Fact]
    public async Task A_statement_that_is_cancelled_before_its_turn_is_left_out_and_the_others_run()
    {
        using var leaves = new CancellationTokenSource();
        await using var db = _database.OpenContext();
        await db.Database.OpenConnectionAsync(Token);
        await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_lock(1)", Token);

        var first = Statements.QueryAsync(Wait, [], row => row.Int64(0), Token);
        await WaitsAsync(db);
        var left = Statements.QueryAsync(Number, [1L], row => row.Int64(0), leaves.Token);
        var stays = Statements.QueryAsync(Number, [2L], row => row.Int64(0), Token);
        await leaves.CancelAsync();
        await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_unlock(1)", Token);

        await left.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        (await stays).Should().Equal(4);
        await first;
    }

    [Fact]
    public async Task Changes_that_share_a_message_are_sent_in_the_order_of_their_rows_and_for_a_row_as_they_came()
    {
        await using var db = _database.OpenContext();
        await db.Database.OpenConnectionAsync(Token);
        await db.Database.ExecuteSqlRawAsync("CREATE SEQUENCE turns; SELECT pg_advisory_lock(1)", Token);
        var first = ChangeAsync("SELECT CAST(pg_advisory_xact_lock(1) AS text)", row: 0);
        await WaitsAsync(db);

        var changes = new long[] { 3, 1, 2, 3, 1, 9, 2 }
            .Select(async row => (Row: row, Turn: await ChangeAsync("SELECT CAST(nextval('turns') AS text)", row)))
            .ToList();
        await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_unlock(1)", Token);

        (await Task.WhenAll(changes)).Should().Equal((3, "5"), (1, "1"), (2, "3"), (3, "6"), (1, "2"), (9, "7"), (2, "4"));
        await first;

        async Task<string?> ChangeAsync(string text, long row) =>
            (await Statements.ChangeTasksAsync(new Statement(text), [], read => NewTask(read.Text(0)), row, Token)).Single().CustomId;
    }

    [Fact]
    public async Task A_connection_that_was_cut_is_replaced()
    {
        await Statements.QueryAsync(Number, [1L], row => row.Int64(0), Token);
        await using (var db = _database.OpenContext())
            await db.Database.ExecuteSqlRawAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                Token
            );

        (await Statements.QueryAsync(Number, [2L], row => row.Int64(0), Token)).Should().Equal(4);
    }

    [Fact]
    public async Task Statements_that_come_often_are_prepared_whichever_of_their_values_are_null()
    {
        for (var i = 0; i < 8; i++)
        {
            var task = NewTask(i % 2 == 0 ? "mine" : null);
            await Tasks.AddAsync(task, Token);
            await Tasks.FindAsync(task.Id, Token);
        }

        const string prepared = "SELECT statement FROM pg_prepared_statements";
        (await ReadAsync(prepared)).Should().Contain(PostgreSqlStatement.TextOf(TaskStatements.Find));
        var ofAdditions = await Statements.ChangeTasksAsync(new Statement(prepared), [], row => NewTask(row.Text(0)), row: null, Token);
        ofAdditions.Should().ContainSingle(task => task.CustomId == PostgreSqlStatement.TextOf(TaskInsert.Insert));
    }

    [Fact]
    public async Task Every_hot_statement_goes_through_an_index_also_while_the_table_is_thought_to_be_empty()
    {
        var claim = new TaskClaim(_database.Get<Dialect>());
        var newTask = string.Join(", ", TaskRow.NewValues(NewTask(customId: null)).Select(value => value is string ? "text" : "unknown"));
        const string claimTypes = "bigint, integer, text, text, integer, text";
        var statements = StatementPlanTests
            .HotStatements()
            .Select(hot =>
                (Name: hot.Name.Replace('.', '_'), Types: hot.Statement == TaskInsert.Insert ? newTask : "unknown", hot.Statement)
            )
            .Append(("ClaimOne", claimTypes, claim.For(1)))
            .Append(("ClaimTwo", $"{claimTypes}, text, text, integer, text", claim.For(2)))
            .Append(("ClaimBatchOfOne", claimTypes, claim.ForBatch(1)))
            .Append(("ClaimBatchOfTwo", $"{claimTypes}, text, text, integer, text", claim.ForBatch(2)));
        await ReadAsync("SET plan_cache_mode = force_generic_plan");

        foreach (var (name, types, statement) in statements)
        {
            var text = PostgreSqlStatement.TextOf(statement);
            var places = Enumerable.Range(1, 100).TakeWhile(place => text.Contains($"${place}", StringComparison.Ordinal)).Count();
            await ReadAsync($"PREPARE {name} ({types}) AS {text}");
            var plan = await ReadAsync($"EXPLAIN EXECUTE {name} ({string.Join(", ", Enumerable.Repeat("NULL", places))})");

            plan.Should().NotContain(line => line.Contains("Seq Scan on tasks", StringComparison.Ordinal), name);
            plan.Should().NotContain(line => line.Contains("Bitmap", StringComparison.Ordinal), name);
            plan.Should().NotContain(line => line.Contains("JIT", StringComparison.Ordinal), name);
            plan.Zip(plan.Skip(1))
                .Should()
                .NotContain(
                    lines =>
                        lines.First.Contains("ix_tasks_queue", StringComparison.Ordinal)
                        && lines.Second.Contains("Cond: (id =", StringComparison.Ordinal),
                    name
                );
        }
    }

    [Fact]
    public async Task Claims_of_several_types_find_all_that_waits_also_once_they_are_prepared()
    {
        List<ClaimableType> types = [new("test:echo", "p", 60), new("test:other", "p", 60)];
        for (var i = 0; i < 30; i++)
            await Tasks.AddAsync(NewTask($"{i}", i % 2 == 0 ? "test:echo" : "test:other"), Token);

        var claimed = new List<string?>();
        for (var i = 0; i < 30; i++)
            claimed.AddRange(
                (await Tasks.ClaimAsync(types, 1, "app worker", DateTimeOffset.UnixEpoch, Token)).Select(task => task.CustomId)
            );

        claimed.Should().HaveCount(30).And.OnlyHaveUniqueItems();
    }

    /// <summary>A statement waits for the lock.</summary>
    private static async Task WaitsAsync(DbContext db)
    {
        while (
            !(
                await db
                    .Database.SqlQueryRaw<bool>(
                        """
                        SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS "Value"
                        """
                    )
                    .ToListAsync(Token)
            )[0]
        )
            await Task.Yield();
    }

    private Task<List<string>> ReadAsync(string text) => Statements.QueryAsync(new Statement(text), [], row => row.Text(0), Token);

    private static ProcessingTask NewTask(string? customId, string type = "test:echo") =>
        new()
        {
            Type = type,
            Status = ProcessingStatus.Scheduled,
            UserId = "alice",
            AppId = "notes",
            CustomId = customId,
            Input = "{}",
            ScheduledAt = DateTimeOffset.UnixEpoch,
            LastUpdated = DateTimeOffset.UnixEpoch,
        };
}
