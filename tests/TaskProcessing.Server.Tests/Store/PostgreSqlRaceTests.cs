using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tests.Conformance;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// A statement picks a row, and another transaction that has the row locked changes it first: the guard is judged again by the row as
/// it is then.
/// </summary>
public sealed class PostgreSqlRaceTests : StoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private ITaskUpkeep Upkeep => Database.Get<ITaskUpkeep>();

    [Theory]
    [InlineData("test:echo")]
    [InlineData("test:echo", "test:other")]
    public async Task A_task_that_another_node_claims_just_now_is_passed_by(params string[] types)
    {
        var task = NewTask();
        await Tasks.AddAsync(task, Token);
        await using var db = Database.OpenContext();
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        await db.Database.ExecuteSqlAsync($"UPDATE tasks SET status = 2 WHERE id = {task.Id}", Token);

        var claiming = Task.Run(
            () => Tasks.ClaimAsync([.. types.Select(type => new ClaimableType(type, "p", 60))], 1, "", Now, Token),
            Token
        );
        while (!claiming.IsCompleted && !await IsWaitingAsync(db)) { }
        await transaction.CommitAsync(Token);

        (await claiming).Should().BeEmpty();
    }

    [Theory]
    [InlineData(1, "test:echo")]
    [InlineData(1, "test:echo", "test:other")]
    [InlineData(5, "test:echo")]
    [InlineData(5, "test:echo", "test:other")]
    public async Task A_task_that_another_node_has_claimed_since_it_was_found_is_not_claimed_again(int count, params string[] types)
    {
        var task = NewTask();
        await Tasks.AddAsync(task, Token);
        await using var db = Database.OpenContext();
        // Whoever looks at a task waits at the gate, with what it saw when it began.
        await db.Database.ExecuteSqlRawAsync(
            """
            CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN true; END';
            ALTER TABLE tasks RENAME TO kept;
            CREATE VIEW tasks AS SELECT * FROM kept WHERE gate();
            """,
            Token
        );
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(7)", Token);

        var claiming = Task.Run(
            () => Tasks.ClaimAsync([.. types.Select(type => new ClaimableType(type, "p", 60))], count, "", Now, Token),
            Token
        );
        while (!await IsWaitingAsync(db))
            claiming.IsCompleted.Should().BeFalse("it has to wait at the gate");
        (await db.Database.ExecuteSqlAsync($"UPDATE kept SET status = 2 WHERE id = {task.Id}", Token)).Should().Be(1);
        await transaction.CommitAsync(Token);

        (await claiming).Should().BeEmpty();
    }

    [Fact]
    public async Task A_task_whose_delay_is_made_longer_just_now_is_not_woken()
    {
        var id = await ClaimedAsync();
        var claim = (await Tasks.FindAsync(id, Token))!.Claim;
        (await Tasks.TryRetryAsync(id, claim, Now.AddMinutes(1), 3, "", "busy", Now, Token)).Changed.Should().BeTrue();
        Clock.Advance(TimeSpan.FromMinutes(1));

        var woken = await AfterAsync(
            $"UPDATE tasks SET not_before = not_before + 60000 WHERE id = {id}",
            () => Upkeep.WakeDelayedAsync(10, Now, Token)
        );

        woken.Should().BeEmpty();
        (await Upkeep.WakeDelayedAsync(10, Now.AddMinutes(1), Token)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_lease_that_is_renewed_just_now_is_not_lost()
    {
        var id = await ClaimedAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));

        var lost = await AfterAsync(
            $"UPDATE tasks SET lease_until = lease_until + 600000 WHERE id = {id}",
            () => Upkeep.ReturnLostAsync(3, 10, Now, Token)
        );
        var givenUp = await AfterAsync(
            $"UPDATE tasks SET lease_until = lease_until + 600000 WHERE id = {id}",
            () => Upkeep.GiveUpLostAsync(1, 10, Now.AddMinutes(10), Token)
        );

        lost.Should().BeEmpty();
        givenUp.Should().BeEmpty();
    }

    [Fact]
    public async Task A_task_that_ends_or_runs_again_just_now_is_not_cleaned_up()
    {
        var (waiting, failed) = (NewTask(), NewTask());
        await Tasks.AddAsync(waiting, Token);
        await Tasks.AddAsync(failed, Token);
        await Tasks.TryFinishAsync(failed.Id, new TaskEnding(TaskTransition.Fail) { ErrorMessage = "boom" }, Now, Token);
        Clock.Advance(TimeSpan.FromDays(1));

        var old = await AfterAsync(
            $"UPDATE tasks SET status = 5, last_updated = {Now.ToUnixTimeMilliseconds()} WHERE id = {waiting.Id}",
            () => Upkeep.DeleteOldUnendedAsync(Now, 10, Token)
        );
        var ended = await AfterAsync(
            $"UPDATE tasks SET status = 1, last_updated = {Now.ToUnixTimeMilliseconds()} WHERE id = {failed.Id}",
            () => Upkeep.DeleteOldEndedAsync("test:echo", ProcessingStatus.Failed, Now, 10, Token)
        );

        old.Should().BeEmpty();
        ended.Should().BeEmpty();
    }

    [Fact]
    public async Task A_delivery_that_another_node_claims_just_now_is_not_claimed()
    {
        var task = NewTask(webhookUri: "https://hooks.example/done", webhookMethod: "HTTP:POST");
        await Tasks.AddAsync(task, Token);
        await Tasks.TryCancelAsync(task.Id, "", Now, Token);

        var claimed = await AfterAsync(
            "UPDATE webhook_deliveries SET next_attempt_at = next_attempt_at + 60000",
            () => Database.Get<IWebhookStore>().ClaimAsync(10, 10, [], Now, Now.AddMinutes(1), Token)
        );

        claimed.Should().BeEmpty();
    }

    private async Task<long> ClaimedAsync()
    {
        await Tasks.AddAsync(NewTask(), Token);
        return (await Tasks.ClaimAsync([new("test:echo", "p", 60)], 1, "app worker", Now, Token)).Single().Id;
    }

    /// <summary>Runs a statement, and commits it once the call waits for it.</summary>
    private async Task<T> AfterAsync<T>(string statement, Func<Task<T>> call)
    {
        await using var db = Database.OpenContext();
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        (await db.Database.ExecuteSqlRawAsync(statement, Token)).Should().Be(1);

        var called = Task.Run(call, Token);
        while (!await IsWaitingAsync(db))
            called.IsCompleted.Should().BeFalse("it has to wait for the other transaction");
        await transaction.CommitAsync(Token);
        return await called;
    }

    /// <summary>True when a connection waits for that of the context.</summary>
    private static async Task<bool> IsWaitingAsync(DbContext db) =>
        (
            await db
                .Database.SqlQueryRaw<bool>(
                    """
                    SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))) AS "Value"
                    """
                )
                .ToListAsync(Token)
        )[0];
}
