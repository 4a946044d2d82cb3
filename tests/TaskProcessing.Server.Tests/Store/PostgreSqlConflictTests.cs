using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Transactions that PostgreSQL breaks off for the sake of others, and statements that take too long.</summary>
public sealed class PostgreSqlConflictTests : IAsyncLifetime
{
    private static readonly Statement Add = new("UPDATE duties SET next_run_at = next_run_at + 1 WHERE name = {0} RETURNING next_run_at");

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Database Statements => _database.Get<Database>();

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_write_that_is_broken_off_in_a_deadlock_is_done_again()
    {
        await using var db = _database.OpenContext();
        await db.Database.ExecuteSqlRawAsync("INSERT INTO duties (name, next_run_at) VALUES ('a', 0), ('b', 0)", Token);
        var begun = 0;
        var haveBoth = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.WhenAll(WriteAsync("a", "b"), WriteAsync("b", "a"));

        begun.Should().Be(3, "one of the two was broken off");
        (await db.Duties.Where(duty => duty.Name == "a" || duty.Name == "b").ToListAsync(Token))
            .Should()
            .OnlyContain(duty => duty.NextRunAt == DateTimeOffset.FromUnixTimeMilliseconds(2));

        Task<long> WriteAsync(string first, string second) =>
            Statements.ChangeAsync(
                async connection =>
                {
                    await connection.QueryAsync(Add, [first], row => row.Int64(0));
                    if (Interlocked.Increment(ref begun) == 2)
                        haveBoth.SetResult();
                    await haveBoth.Task;
                    return (await connection.QueryAsync(Add, [second], row => row.Int64(0)))[0];
                },
                atomic: true,
                Token
            );
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    public async Task A_hot_statement_that_is_broken_off_is_sent_again(string state)
    {
        await using var db = _database.OpenContext();
        var function = $$"""
            CREATE SEQUENCE tries;
            CREATE FUNCTION try() RETURNS bigint LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('tries') < 3 THEN RAISE EXCEPTION 'broken off' USING ERRCODE = '{{state}}'; END IF;
                RETURN currval('tries');
            END $$
            """;
        await db.Database.ExecuteSqlRawAsync(function, Token);

        (await Statements.QueryAsync(new Statement("SELECT try()"), [], row => row.Int64(0), Token)).Should().Equal(3);
    }

    [Fact]
    public async Task A_statement_that_takes_longer_than_the_command_timeout_is_ended_and_others_go_on()
    {
        // A node that waits a second for an answer.
        var options = new StoreOptions
        {
            Provider = DatabaseProvider.PostgreSql,
            ConnectionString = _database.Options.ConnectionString + ";Command Timeout=1",
        };
        await using var node = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();
        await using var db = _database.OpenContext();
        await db.Database.OpenConnectionAsync(Token);
        await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_lock(1)", Token);
        var statements = node.GetRequiredService<Database>();

        var stuck = () => statements.QueryAsync(new Statement("SELECT 1 FROM pg_advisory_xact_lock(1)"), [], row => row.Int64(0), Token);

        await stuck.Should().ThrowAsync<StoreUnavailableException>();
        (await statements.QueryAsync(new Statement("SELECT {0} * 2"), [4L], row => row.Int64(0), Token)).Should().Equal(8);
    }
}
