using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Conformance;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// Claims that wait at the same moment become one statement: each caller gets the tasks that it would have got alone.
/// </summary>
public sealed class TaskClaimsTests : StoreConformance
{
    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;

    [Fact]
    public async Task The_first_claim_gets_the_first_task_and_a_cancelled_one_gets_none()
    {
        var ids = await AddAsync(count: 6);
        using var leaving = new CancellationTokenSource();
        Task<IReadOnlyList<ProcessingTask>>[] claims;
        await using (await HeldWriter.HoldAsync(Database))
        {
            claims = [ClaimAsync(2), ClaimAsync(1, leaving.Token), ClaimAsync(1), ClaimAsync(5), ClaimAsync(1)];
            await leaving.CancelAsync();
        }

        (await Ids(claims[0])).Should().Equal(ids[..2]);
        await claims[1].Awaiting(claim => claim).Should().ThrowAsync<OperationCanceledException>();
        (await Ids(claims[2])).Should().Equal(ids[2]);
        (await Ids(claims[3])).Should().Equal(ids[3..]);
        (await Ids(claims[4])).Should().BeEmpty();
    }

    [Fact]
    public async Task Workers_and_leases_are_not_mixed_up()
    {
        await AddAsync(count: 3);
        Task<IReadOnlyList<ProcessingTask>>[] claims;
        await using (await HeldWriter.HoldAsync(Database))
        {
            claims =
            [
                Tasks.ClaimAsync([new("test:echo", "a", 60)], 1, "app a", Now, Token),
                Tasks.ClaimAsync([new("test:echo", "b", 60)], 1, "app b", Now, Token),
                Tasks.ClaimAsync([new("test:echo", "a", 90)], 1, "app a", Now, Token),
            ];
        }

        var claimed = (await Task.WhenAll(claims)).Select(tasks => tasks.Single());
        claimed.Select(task => (task.ProviderId, task.LeaseSeconds)).Should().Equal(("a", 60), ("b", 60), ("a", 90));
    }

    [Theory]
    [InlineData(5, 50)]
    [InlineData(250, 1)]
    public async Task More_than_one_statement_is_made_when_many_want_many(int callers, int each)
    {
        var ids = await AddAsync(count: 250);
        Task<IReadOnlyList<ProcessingTask>>[] claims;
        await using (await HeldWriter.HoldAsync(Database))
            claims = [.. Enumerable.Range(0, callers).Select(_ => ClaimAsync(each))];

        var claimed = await Task.WhenAll(claims);
        claimed.SelectMany(tasks => tasks).Select(task => task.Id).Should().Equal(ids);
        claimed.Should().OnlyContain(tasks => tasks.Count == each);
    }

    [Fact]
    public async Task A_failed_statement_fails_all_its_claims_and_the_next_one_succeeds()
    {
        var ids = await AddAsync(count: 1);
        Task<IReadOnlyList<ProcessingTask>>[] claims;
        await using (await HeldWriter.HoldAsync(Database))
        {
            _ = WriteAsync("ALTER TABLE tasks RENAME TO gone");
            claims = [ClaimAsync(1), ClaimAsync(1)];
        }

        foreach (var claim in claims)
            await claim.Awaiting(failed => failed).Should().ThrowAsync<SqliteException>();
        await WriteAsync("ALTER TABLE gone RENAME TO tasks");
        (await Ids(ClaimAsync(1))).Should().Equal(ids);
    }

    [Fact]
    public async Task A_task_and_the_claim_that_waited_for_it_share_a_commit()
    {
        Task<IReadOnlyList<ProcessingTask>>? claim = null;
        Task adding;
        using var worker = Database.Get<TaskSignal>().ListenForScheduled(["test:echo"]);
        var waiting = worker.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, () => claim = ClaimAsync(1), Token);
        await using (await HeldWriter.HoldAsync(Database))
        {
            // a broken reference that is looked at when the transaction ends
            _ = WriteAsync(
                "PRAGMA defer_foreign_keys = ON; "
                    + "INSERT INTO app_passwords (account_id, name, token_hash, created_at) VALUES ('nobody', '', '', 0)"
            );
            adding = Tasks.AddAsync(NewTask(), Token);
        }

        (await waiting).Should().BeTrue();
        (await adding.Awaiting(task => task).Should().ThrowAsync<MissingOwnerException>()).WithInnerException<SqliteException>();
        (await claim!.Awaiting(task => task).Should().ThrowAsync<MissingOwnerException>()).WithInnerException<SqliteException>();
        (await Ids(ClaimAsync(1))).Should().BeEmpty();
    }

    private async Task<long[]> AddAsync(int count)
    {
        var ids = new long[count];
        for (var i = 0; i < count; i++)
        {
            var task = NewTask();
            await Tasks.AddAsync(task, Token);
            ids[i] = task.Id;
        }

        return ids;
    }

    private Task<IReadOnlyList<ProcessingTask>> ClaimAsync(int count, CancellationToken? cancellationToken = null) =>
        Tasks.ClaimAsync([new("test:echo", "provider", 60)], count, "app worker", Now, cancellationToken ?? Token);

    private static async Task<IEnumerable<long>> Ids(Task<IReadOnlyList<ProcessingTask>> claim) => (await claim).Select(task => task.Id);

    private Task<int> WriteAsync(string statement) =>
        Database.Get<Server.Store.Database>().WriteAsync(db => db.Database.ExecuteSqlRawAsync(statement, Token), Token);
}
