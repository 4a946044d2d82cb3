using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// Dead connections, connections to a read-only server, and connections that a statement left in disorder: the next
/// caller does not notice.
/// </summary>
public sealed class PostgreSqlConnectionTests : IAsyncLifetime
{
    private static readonly Statement Divide = new("SELECT 100 / {0}");

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Database Statements => _database.Get<Database>();

    private string Name => new NpgsqlConnectionStringBuilder(_database.Options.ConnectionString).Database!;

    /// <summary>Every way to read.</summary>
    private Func<Task>[] Reads =>
        [
            () => Statements.QueryAsync(Divide, [1L], row => row.Int64(0), Token),
            () => Statements.ReadAsync(db => db.Accounts.CountAsync(Token), Token),
            () => _database.Get<StoreMigrator>().ListPendingAsync(Token),
            () => _database.Get<IChangeNotifier>().SendAsync([new TaskNotification.Changed(1, "alice")], Token),
        ];

    /// <summary>Every way to write.</summary>
    private Func<Task>[] Writes =>
        [
            () =>
                Statements.ChangeTasksAsync(
                    new Statement($"INSERT INTO duties VALUES ('{Guid.NewGuid()}', 0)"),
                    [],
                    _ => null!,
                    row: null,
                    Token
                ),
            () =>
                Statements.ChangeTasksAsync(
                    new Statement($"INSERT INTO duties VALUES ('{Guid.NewGuid()}', 0)"),
                    [],
                    _ => null!,
                    row: 1,
                    Token
                ),
            () => _database.Get<IStoreProbe>().WriteAsync(Token),
            () =>
                _database
                    .Get<IAccountStore>()
                    .TryAddAsync(
                        new Account
                        {
                            Id = Guid.NewGuid().ToString("N"),
                            PasswordHash = "",
                            CreatedAt = DateTimeOffset.UnixEpoch,
                        },
                        Token
                    ),
            () =>
                Statements.ChangeAsync(
                    connection =>
                        connection.QueryAsync(new Statement("UPDATE duties SET next_run_at = 1 RETURNING name"), [], row => row.Text(0)),
                    atomic: true,
                    Token
                ),
        ];

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_cut_connection_is_replaced_for_any_statement()
    {
        foreach (var way in (Func<Task>[])[.. Reads, .. Writes])
        {
            foreach (var other in (Func<Task>[])[.. Reads, .. Writes])
                await other();
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Writes[2]()));
            await ExecuteAsync($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{Name}'");

            await way.Should().NotThrowAsync();
        }
    }

    [Fact]
    public async Task A_connection_to_a_server_that_writes_no_more_is_replaced()
    {
        await ExecuteAsync($"ALTER DATABASE {Name} SET default_transaction_read_only = on");
        foreach (var write in Writes)
            await write.Should().ThrowAsync<StoreUnavailableException>();
        foreach (var read in Reads)
            await read();

        await ExecuteAsync($"ALTER DATABASE {Name} RESET default_transaction_read_only");

        foreach (var write in Writes)
            await write.Should().NotThrowAsync();
    }

    [Theory]
    [InlineData("Command Timeout=1")]
    [InlineData("Options=-c statement_timeout=200ms")]
    public async Task A_statement_that_takes_too_long_is_ended_and_changes_nothing(string setting)
    {
        var options = new StoreOptions
        {
            Provider = DatabaseProvider.PostgreSql,
            ConnectionString = $"{_database.Options.ConnectionString};{setting}",
        };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();
        var probe = services.GetRequiredService<IStoreProbe>();
        await using (var connection = new NpgsqlConnection(_database.Options.ConnectionString + ";Pooling=false"))
        {
            await connection.OpenAsync(Token);
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await using var hold = new NpgsqlCommand("LOCK TABLE duties", connection, transaction);
            await hold.ExecuteNonQueryAsync(Token);

            await probe.Awaiting(it => it.WriteAsync(Token)).Should().ThrowAsync<StoreUnavailableException>();
        }

        await using (var db = _database.OpenContext())
            (await db.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS \"Value\" FROM duties").SingleAsync(Token)).Should().Be(0);
        await probe.WriteAsync(Token);
    }

    [Fact]
    public async Task A_write_that_was_begun_is_not_done_again()
    {
        var begun = 0;
        var write = () =>
            Statements.ChangeAsync(
                connection =>
                {
                    begun++;
                    return connection.QueryAsync(new Statement("SELECT pg_terminate_backend(pg_backend_pid())"), [], row => row.Boolean(0));
                },
                atomic: true,
                Token
            );

        await write.Should().ThrowAsync<StoreUnavailableException>();
        begun.Should().Be(1);
    }

    /// <summary>
    /// The driver prepares a statement the fifth time. When the server takes the text but not the values (a division by zero is found
    /// as the constant is worked out), the driver takes the statement for prepared without knowing its columns.
    /// </summary>
    [Fact]
    public async Task A_statement_whose_values_were_refused_just_when_it_was_prepared_works_for_the_next_one()
    {
        Func<long, Task<long>>[] ways =
        [
            async by => (await Statements.QueryAsync(Divide, [by], row => row.Int64(0), Token))[0],
            async by =>
                (await Statements.ChangeAsync(connection => connection.QueryAsync(Divide, [by], row => row.Int64(0)), atomic: true, Token))[
                    0
                ],
            async by =>
                (
                    await Statements.ReadAsync(
                        db => db.Database.SqlQueryRaw<long>("SELECT 100 / {0} AS \"Value\"", by).ToListAsync(Token),
                        Token
                    )
                )[0],
        ];
        foreach (var divide in ways)
        {
            for (var time = 1; time <= 4; time++)
                (await divide(4)).Should().Be(25);
            await divide.Awaiting(it => it(0)).Should().ThrowAsync<PostgresException>();
            for (var time = 1; time <= 4; time++)
                (await divide(5)).Should().Be(20);
        }
    }

    /// <summary>From beside: not over a connection of the pool.</summary>
    private static async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(PostgreSqlServer.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
