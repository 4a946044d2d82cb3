using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Jobs;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>The space of removed rows is given back.</summary>
public sealed class SpaceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_SQLite_file_shrinks_when_old_tasks_go()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var empty = await SizeAsync(database);
        var time = new ManualTimeProvider();
        var text = new string('x', 20_000);
        for (var count = 0; count < 300; count++)
            await database.Get<ITaskStore>().AddAsync(NewTask(time.GetUtcNow(), text), Token);
        var full = await SizeAsync(database);
        full.Should().BeGreaterThan(empty + (300 * text.Length));

        time.Advance(TimeSpan.FromDays(181));
        var duty = new RemoveExpiredTasks(
            database.Get<ITaskUpkeep>(),
            new TaskSignal(),
            Options.Create(new RetentionOptions()),
            time,
            NullLogger<RemoveExpiredTasks>.Instance
        );
        await time.RunUntilAsync(duty.RunAsync(Token));

        (await SizeAsync(database)).Should().BeLessThan(empty + ((full - empty) / 20));
    }

    [Fact]
    public async Task The_write_ahead_log_of_SQLite_shrinks_when_a_long_read_has_ended()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var log = new FileInfo(database.SqliteFile + "-wal");
        await using (var reader = new SqliteConnection($"Data Source={database.SqliteFile};Pooling=false"))
        {
            await reader.OpenAsync(Token);
            await using var read = reader.BeginTransaction(deferred: true);
            await using var count = new SqliteCommand("SELECT COUNT(*) FROM tasks", reader, read);
            await count.ExecuteScalarAsync(Token);
            var text = new string('x', 1_000_000);
            for (var task = 0; task < 40; task++)
                await database.Get<ITaskStore>().AddAsync(NewTask(DateTimeOffset.UnixEpoch, text), Token);
            log.Refresh();
            log.Length.Should().BeGreaterThan(40_000_000);
        }

        // With the first commit the log goes into the file, with the second one it begins anew.
        for (var task = 0; task < 2; task++)
            await database.Get<ITaskStore>().AddAsync(NewTask(DateTimeOffset.UnixEpoch, "short"), Token);

        log.Refresh();
        log.Length.Should().BeLessThanOrEqualTo(32 * 1024 * 1024);
    }

    [Fact]
    public async Task PostgreSQL_is_told_to_vacuum_tasks_often()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var db = database.OpenContext();

        var parameters = await db
            .Database.SqlQueryRaw<string>("""SELECT unnest(reloptions) AS "Value" FROM pg_class WHERE relname = 'tasks'""")
            .ToListAsync(Token);

        parameters.Should().Contain(["autovacuum_vacuum_scale_factor=0.02", "autovacuum_analyze_scale_factor=0.02"]);
    }

    private static async Task<long> SizeAsync(TestDatabase database)
    {
        await using var db = database.OpenContext();
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Token);
        return new FileInfo(database.SqliteFile).Length;
    }

    private static ProcessingTask NewTask(DateTimeOffset now, string text) =>
        new()
        {
            Type = "test:echo",
            Status = ProcessingStatus.Successful,
            AppId = "test",
            Input = "{}",
            Output = $$"""{"output":"{{text}}"}""",
            ScheduledAt = now,
            LastUpdated = now,
        };
}
