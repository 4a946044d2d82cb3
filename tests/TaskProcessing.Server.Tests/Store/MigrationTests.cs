using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

public sealed class MigrationTests
{
    private const string SqliteSchema =
        "SELECT replace(sql, char(13), '') FROM sqlite_master WHERE sql IS NOT NULL"
        + " AND name NOT LIKE '\\_\\_EF%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";

    private const string PostgreSqlSchema = """
        SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable,
            is_identity, identity_generation, column_default)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__EFMigrationsHistory'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '__EFMigrationsHistory'
        UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conname <> 'PK___EFMigrationsHistory'
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, SqliteSchema)]
    [InlineData(DatabaseProvider.PostgreSql, PostgreSqlSchema)]
    internal async Task Migrations_lead_to_the_schema_of_the_model(DatabaseProvider provider, string schema)
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
        await using var database = await TestDatabase.CreateEmptyAsync(DatabaseProvider.Sqlite);
        await using var db = database.OpenContext();
        var columns = db.Model.FindEntityType(typeof(ProcessingTask))!.GetProperties().Select(property => property.GetColumnName());

        TaskRow.Columns.Split(", ").Should().BeEquivalentTo(columns);
    }

    [Fact]
    public async Task The_migrations_of_each_database_have_all_that_the_model_has()
    {
        await using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        await using var postgreSql = new PostgreSqlDesignTimeFactory().CreateDbContext([]);

        sqlite.Database.HasPendingModelChanges().Should().BeFalse("\"make migration NAME=…\" adds what is missing");
        postgreSql.Database.HasPendingModelChanges().Should().BeFalse("\"make migration NAME=…\" adds what is missing");
    }

    [Fact]
    public async Task The_databases_have_migrations_of_the_same_names()
    {
        await using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        await using var postgreSql = new PostgreSqlDesignTimeFactory().CreateDbContext([]);

        Names(sqlite).Should().NotBeEmpty().And.Equal(Names(postgreSql));
    }

    [Fact]
    public async Task PostgreSQL_vacuums_tables_of_short_lived_rows_often()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var db = database.OpenContext();

        var tables = await db
            .Database.SqlQueryRaw<string>(
                """
                SELECT relname || ': ' || array_to_string(reloptions, ' ') AS "Value" FROM pg_class
                WHERE reloptions IS NOT NULL AND relnamespace = 'public'::regnamespace
                """
            )
            .ToListAsync(Token);

        const string Often =
            "autovacuum_vacuum_scale_factor=0.02 autovacuum_vacuum_insert_scale_factor=0.02 autovacuum_analyze_scale_factor=0.02";
        tables.Should().OnlyContain(table => Often.Split(' ').All(table.Contains));
        tables
            .Select(table => table.Split(':')[0])
            .Should()
            .BeEquivalentTo("tasks", "idempotency_keys", "rate_counts", "guess_counts", "held_places");
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task Migrations_are_pending_until_they_are_applied_once(DatabaseProvider provider)
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
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task Of_many_that_start_at_once_one_migrates(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(provider);
        var nodes = Enumerable
            .Range(0, 4)
            .Select(_ => database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider())
            .ToList();

        var applied = await Task.WhenAll(
            nodes.Select(node => Task.Run(() => node.GetRequiredService<StoreMigrator>().MigrateAsync(Token), Token))
        );

        applied.Should().ContainSingle(migrations => migrations.Count > 0);
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_was_killed_while_migrating_blocks_no_other()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(DatabaseProvider.Sqlite);
        await using (var db = database.OpenContext())
        {
            await db.Database.ExecuteSqlRawAsync(
                """
                CREATE TABLE "__EFMigrationsLock" (
                    "Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """,
                Token
            );
        }

        (await Eventually.Ends(database.Get<StoreMigrator>().MigrateAsync(Token))).Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_SQLite_file_that_cannot_be_opened_is_named()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(DatabaseProvider.Sqlite);
        Directory.CreateDirectory(database.SqliteFile);

        var migrate = () => database.Get<StoreMigrator>().MigrateAsync(Token);

        (await migrate.Should().ThrowAsync<StoreUnavailableException>()).WithMessage($"*{database.SqliteFile}*");
    }

    [Fact]
    public async Task A_PostgreSQL_server_that_cannot_be_reached_is_named_without_the_password()
    {
        var options = new StoreOptions
        {
            Provider = DatabaseProvider.PostgreSql,
            ConnectionString = "Host=127.0.0.1;Port=1;Database=things;Username=me;Password=s3cret",
        };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();

        var migrate = () => services.GetRequiredService<StoreMigrator>().MigrateAsync(Token);

        var error = (await migrate.Should().ThrowAsync<StoreUnavailableException>()).Which;
        error.Message.Should().Contain("things").And.Contain("127.0.0.1:1");
        error.ToString().Should().NotContain("s3cret");
    }

    private static IEnumerable<string> Names(TaskDbContext db) => db.Database.GetMigrations().Select(id => id.Split('_', 2)[1]);

    private static async Task<IEnumerable<string>> DescribeAsync(TestDatabase database, string schema)
    {
        await using var db = database.OpenContext();
        var definitions = await db.Database.SqlQueryRaw<string>(schema).ToListAsync(Token);
        // SQLite puts a column that is added later right before the last bracket, behind a comma where the line before ends.
        return definitions
            .SelectMany(definition =>
                definition
                    .Replace("\n, ", ",\n")
                    .Replace(", \"revision\"", ",\n\"revision\"")
                    .Replace("NULL, \"", "NULL,\n\"")
                    .Replace("NULL)", "NULL\n)")
                    .Replace("DEFAULT 1)", "DEFAULT 1\n)")
                    .Split('\n')
            )
            .Select(line => line.Trim(' ', ','))
            .Where(line => line != "");
    }
}
