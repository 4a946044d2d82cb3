using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Migrations;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Store;

public sealed class MigrationTests
{
    private const string SqliteSchema =
        "SELECT replace(sql, char(13), '') FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_\\_EF%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";

    private const string PostgreSqlSchema =
        """
        SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable, is_identity, identity_generation, column_default)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__EFMigrationsHistory'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '__EFMigrationsHistory'
        UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conname <> 'PK___EFMigrationsHistory'
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreProvider.Sqlite, SqliteSchema)]
    [InlineData(StoreProvider.PostgreSql, PostgreSqlSchema)]
    internal async Task Migrations_lead_to_the_schema_of_the_model(StoreProvider provider, string schema)
    {
        await using var migrated = await TestDatabase.CreateEmptyAsync(provider);
        await using var modelled = await TestDatabase.CreateEmptyAsync(provider);
        await migrated.Get<StoreMigrator>().MigrateAsync(Token);
        await using (var db = modelled.OpenContext())
            await db.Database.EnsureCreatedAsync(Token);

        (await DescribeAsync(migrated, schema)).Should().NotBeEmpty().And.BeEquivalentTo(await DescribeAsync(modelled, schema));
    }

    [Fact]
    public async Task Hot_statements_read_every_column_that_the_model_has()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(StoreProvider.Sqlite);
        await using var db = database.OpenContext();
        var columns = db.Model.FindEntityType(typeof(ProcessingTask))!.GetProperties().Select(property => property.GetColumnName());

        TaskRow.Columns.Split(", ").Should().BeEquivalentTo(columns);
    }

    [Fact]
    public void Every_migration_is_known() =>
        new KnownMigrations().Migrations.Values.Should().BeEquivalentTo(
            typeof(KnownMigrations).Assembly.DefinedTypes.Where(type => type.IsSubclassOf(typeof(Migration))));

    [Theory]
    [InlineData(StoreProvider.Sqlite)]
    [InlineData(StoreProvider.PostgreSql)]
    internal async Task Migrations_are_pending_until_they_are_applied_once(StoreProvider provider)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(provider);
        var migrator = database.Get<StoreMigrator>();

        var pending = await migrator.ListPendingAsync(Token);
        var applied = await migrator.MigrateAsync(Token);

        pending.Should().NotBeEmpty();
        applied.Should().Equal(pending);
        (await migrator.ListPendingAsync(Token)).Should().BeEmpty();
        (await migrator.MigrateAsync(Token)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(StoreProvider.Sqlite)]
    [InlineData(StoreProvider.PostgreSql)]
    internal async Task Of_many_that_start_at_once_one_migrates(StoreProvider provider)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(provider);
        var nodes = Enumerable.Range(0, 4).Select(_ => database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider()).ToList();

        var applied = await Task.WhenAll(nodes.Select(
            node => Task.Run(() => node.GetRequiredService<StoreMigrator>().MigrateAsync(Token), Token)));

        applied.Should().ContainSingle(migrations => migrations.Count > 0);
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_was_killed_while_migrating_blocks_nobody()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(StoreProvider.Sqlite);
        await using (var db = database.OpenContext())
        {
            await db.Database.ExecuteSqlRawAsync(
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """,
                Token);
        }

        (await database.Get<StoreMigrator>().MigrateAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token)).Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_SQLite_file_that_cannot_be_opened_is_named()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(StoreProvider.Sqlite);
        Directory.CreateDirectory(database.SqliteFile);

        var migrate = () => database.Get<StoreMigrator>().MigrateAsync(Token);

        (await migrate.Should().ThrowAsync<StoreUnavailableException>()).WithMessage($"*{database.SqliteFile}*");
    }

    [Fact]
    public async Task A_PostgreSQL_server_that_cannot_be_reached_is_named_without_the_password()
    {
        var options = new StoreOptions
        {
            Provider = StoreProvider.PostgreSql,
            ConnectionString = "Host=127.0.0.1;Port=1;Database=things;Username=me;Password=s3cret",
        };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();

        var migrate = () => services.GetRequiredService<StoreMigrator>().MigrateAsync(Token);

        var error = (await migrate.Should().ThrowAsync<StoreUnavailableException>()).Which;
        error.Message.Should().Contain("things").And.Contain("127.0.0.1:1");
        error.ToString().Should().NotContain("s3cret");
    }

    private static async Task<IEnumerable<string>> DescribeAsync(TestDatabase database, string schema)
    {
        await using var db = database.OpenContext();
        var definitions = await db.Database.SqlQueryRaw<string>(schema).ToListAsync(Token);
        return definitions.SelectMany(definition => definition.Split('\n')).Select(line => line.Trim(' ', ',')).Where(line => line != "");
    }
}
