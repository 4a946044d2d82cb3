using System.Net.Http.Headers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Copying;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>The way from SQLite to PostgreSQL with <c>store copy</c>.</summary>
public sealed class StoreCopyTests : IAsyncLifetime
{
    private const string Type = "core:text2image";

    private const int Blocks = TableCopies.BatchSize + 100;

    private readonly TemporaryDirectory _directory = new();
    private string _database = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Target => PostgreSqlServer.ConnectionString(_database);

    public async ValueTask InitializeAsync() => _database = await PostgreSqlServer.CreateMigratedDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        _directory.Dispose();
        await PostgreSqlServer.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Every_row_of_every_table_arrives_and_new_numbers_go_on_after_the_old()
    {
        await using var source = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await FilledStore.FillAsync(source);
        // Made by the copy itself; the other tests save the time for that.
        await PostgreSqlServer.DropDatabaseAsync(_database);
        _database = await PostgreSqlServer.CreateDatabaseAsync();
        await ExecuteAsync(source, "UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'tasks'");

        var said = await new CommandLineDriver(source.DataDirectory).SucceedAsync("store", "copy", $"--to={Target}");

        await using var sqlite = new SqliteConnection($"Data Source={source.SqliteFile};Pooling=False");
        await sqlite.OpenAsync(Token);
        await using var postgres = new NpgsqlConnection(Target + ";Pooling=false");
        await postgres.OpenAsync(Token);
        var there = await FilledStore.ReadAsync(sqlite, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
        var here = await FilledStore.ReadAsync(postgres, "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public'");
        there.Should().HaveCountGreaterThan(20).And.NotContain(table => table.Value.Count == 0);
        here.Where(table => there.ContainsKey(table.Key)).Should().BeEquivalentTo(there);
        said.Should().Contain("tasks: 3 of 3 rows copied").And.Contain($"of {there.Count} tables");

        await using var next = new NpgsqlCommand(
            "SELECT nextval(pg_get_serial_sequence('tasks', 'id')), nextval(pg_get_serial_sequence('files', 'id'))",
            postgres
        );
        await using var numbers = await next.ExecuteReaderAsync(Token);
        await numbers.ReadAsync(Token);
        (numbers.GetInt64(0), numbers.GetInt64(1)).Should().Be((1001, 4), "a removed task's number is not given again");
    }

    [Fact]
    public async Task A_server_goes_on_with_the_copy_where_the_old_one_stopped()
    {
        long waiting;
        long running;
        long claim;
        await using (var server = await StartAsync(DatabaseProvider.Sqlite))
        {
            using var alice = await server.UserAsync("alice");
            using var worker = await server.WorkerAsync(Type);
            await alice.PutFileAsync("photo.png", FileDriver.Png);
            running = await alice.ScheduleAsync(Type, new { input = "cat", numberOfImages = 1 });
            claim = (await worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}")).Claim;
            waiting = await alice.ScheduleAsync(Type, new { input = "dog", numberOfImages = 1 });
        }

        await new CommandLineDriver(_directory.Path).SucceedAsync("store", "copy", $"--to={Target}");

        await using var copy = await StartAsync(DatabaseProvider.PostgreSql);
        using var aliceThere = copy.Guest();
        aliceThere.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:token-of-alice"));
        // The secret is compared with the one that the copy has, encrypted with a key of the copy.
        using var workerThere = copy.Guest();
        workerThere.DefaultRequestHeaders.Add("EX-APP-ID", "worker");
        workerThere.DefaultRequestHeaders.Add("EX-APP-VERSION", "1.0.0");
        workerThere.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", TestServer.Base64(":secret"));
        var image = await workerThere.UploadAsync(running, FileDriver.Png);
        var result = await workerThere.OcsAsync(
            "POST",
            $"/tasks_provider/{running}/result",
            new { output = new { images = new[] { image } }, claim }
        );
        result.HttpStatus.Should().Be(200, result.Message);
        (await workerThere.NextAsync($"worker:{Type}", Type)).Should().Be(waiting);
        (await aliceThere.GetByteArrayAsync("/remote.php/webdav/photo.png", Token)).Should().Equal(FileDriver.Png);
        (await aliceThere.ScheduleAsync(Type, new { input = "cow", numberOfImages = 1 })).Should().BeGreaterThan(waiting);
    }

    [Fact]
    public async Task A_copy_that_was_interrupted_goes_on_and_no_server_starts_on_it_before()
    {
        await using var source = await FillAsync();
        await InterruptAsync(source);
        string[] there = ["--Store:Provider=PostgreSql", $"--Store:ConnectionString={Target}"];
        (await new CommandLineDriver(_directory.Path).RunAsync(["migrate", .. there])).Error.Should().Contain("holds a part of a copy");
        (await new CommandLineDriver(_directory.Path).RunAsync(["serve", .. there])).Error.Should().Contain("taskprocessing store copy");

        var said = await new CommandLineDriver(source.DataDirectory).SucceedAsync("store", "copy", $"--to={Target}");

        said.Should().Contain($"login_blocks: {TableCopies.BatchSize} of {Blocks} rows were there already").And.NotContain("anew");
        said.Should().Contain($"login_blocks: {Blocks} of {Blocks} rows copied");
        (await new CommandLineDriver(_directory.Path).SucceedAsync(["migrate", .. there])).Should().Contain("up to date");
    }

    [Fact]
    public async Task What_changed_since_an_interruption_is_copied_as_it_is_now()
    {
        await using var source = await FillAsync();
        await InterruptAsync(source);
        await ExecuteAsync(source, "UPDATE login_blocks SET name = 'another' WHERE id = 2");

        var said = await new CommandLineDriver(source.DataDirectory).SucceedAsync("store", "copy", $"--to={Target}");

        said.Should().Contain("login_blocks has changed").And.Contain("beginning anew");
        await using var postgres = new NpgsqlConnection(Target + ";Pooling=false");
        await postgres.OpenAsync(Token);
        await using var read = new NpgsqlCommand("SELECT name FROM login_blocks WHERE id = 2", postgres);
        (await read.ExecuteScalarAsync(Token)).Should().Be("another");
    }

    [Fact]
    public async Task A_database_that_is_not_empty_is_left_as_it_is()
    {
        await using var source = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var command = new CommandLineDriver(source.DataDirectory);
        await command.SucceedAsync("user", "add", "alice", "--password=wonderland");
        string[] there = ["--Store:Provider=PostgreSql", $"--Store:ConnectionString={Target}"];
        await command.SucceedAsync(["user", "add", "bob", "--password=wonderland", .. there]);

        var refused = await command.RunAsync("store", "copy", $"--to={Target}");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("has rows already, in accounts").And.NotContain("wonderland");
        (await command.SucceedAsync(["user", "list", .. there])).Should().Contain("bob").And.NotContain("alice");
    }

    [Fact]
    public async Task Beside_a_server_it_refuses()
    {
        await using var server = await StartAsync(DatabaseProvider.Sqlite);

        var refused = await new CommandLineDriver(_directory.Path).RunAsync("store", "copy", $"--to={Target}");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("another process has").And.Contain("stop the server first");
        using var alice = await server.UserAsync("alice");
        (await alice.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200, "the server goes on");
    }

    [Fact]
    public async Task It_copies_from_SQLite_alone()
    {
        string[] there = ["--Store:Provider=PostgreSql", $"--Store:ConnectionString={Target}"];
        var command = new CommandLineDriver(_directory.Path);
        await command.SucceedAsync(["migrate", .. there]);

        (await command.RunAsync(["store", "copy", $"--to={Target}", .. there])).Error.Should().Contain("from SQLite to PostgreSQL");
    }

    /// <summary>Rows in all tables, more in one than are copied at once.</summary>
    private static async Task<TestDatabase> FillAsync()
    {
        var source = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await FilledStore.FillAsync(source);
        await ExecuteAsync(
            source,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $more) INSERT INTO login_blocks "
                + "(id, server, network, name, began_at, ends_at) SELECT id + i * 10, server, network, name || i, began_at, ends_at "
                + "FROM login_blocks, n WHERE id = 2",
            ("$more", Blocks - 3)
        );
        return source;
    }

    /// <summary>Ends a copy like a kill, between two transactions.</summary>
    private async Task InterruptAsync(TestDatabase source)
    {
        await using var target = Services(Target);
        var killed = false;
        try
        {
            await source.Get<CopyStore>().RunAsync(CopyTargetServices.Of(target), Kill, Token);
        }
        catch (OperationCanceledException)
        {
            killed = true;
        }

        killed.Should().BeTrue();

        static void Kill(string said)
        {
            if (said.StartsWith("login_blocks", StringComparison.Ordinal))
                throw new OperationCanceledException(said);
        }
    }

    private static ServiceProvider Services(string target) =>
        TestDatabase
            .AddStores(
                new ServiceCollection().AddLogging(),
                new StoreOptions { Provider = DatabaseProvider.PostgreSql, ConnectionString = target },
                ""
            )
            .BuildServiceProvider();

    private Task<TestServer> StartAsync(DatabaseProvider store) =>
        TestServer.StartAsync(
            DatabaseProvider.Sqlite,
            settings: new Dictionary<string, string>
            {
                ["DataDirectory"] = _directory.Path,
                ["Store:Provider"] = store.ToString(),
                ["Store:ConnectionString"] = store == DatabaseProvider.PostgreSql ? Target : "",
            }
        );

    private static async Task ExecuteAsync(TestDatabase database, string sql, params (string Name, object Value)[] values)
    {
        await using var connection = new SqliteConnection($"Data Source={database.SqliteFile};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        await command.ExecuteNonQueryAsync(Token);
    }
}
