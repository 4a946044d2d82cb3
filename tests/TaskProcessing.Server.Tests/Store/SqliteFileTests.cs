using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>SQLite's file: its opening, and other processes that write to it.</summary>
public sealed class SqliteFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "1")]
    [InlineData("auto_vacuum", "2")]
    public async Task A_commit_is_durable_and_the_file_can_shrink(string pragma, string value)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var db = database.OpenContext();
        await db.Database.OpenConnectionAsync(Token);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA " + pragma;

        (await command.ExecuteScalarAsync(Token))!.ToString().Should().Be(value);
    }

    [Fact]
    public async Task Two_processes_write_to_one_file_side_by_side()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var other = database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider();
        ITaskStore[] stores = [database.Get<ITaskStore>(), other.GetRequiredService<ITaskStore>()];

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(
                        async () =>
                        {
                            for (var i = 0; i < 20; i++)
                                await stores[writer % 2].AddAsync(NewTask(), Token);
                        },
                        Token
                    )
                )
        );

        (await stores[0].CountQueueAsync([], Token)).Scheduled.Should().Be(160);
    }

    [Fact]
    public async Task A_file_that_is_damaged_is_an_outage_that_health_shows()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(DatabaseProvider.Sqlite);
        await File.WriteAllTextAsync(database.SqliteFile, new string('x', 10_000), Token);

        await database.Get<ITaskStore>().Awaiting(tasks => tasks.FindAsync(1, Token)).Should().ThrowAsync<StoreUnavailableException>();
        await database
            .Get<ITaskStore>()
            .Awaiting(tasks => tasks.AddAsync(NewTask(), Token))
            .Should()
            .ThrowAsync<StoreUnavailableException>();
        (await CheckAsync(database)).Status.Should().Be(HealthStatus.Unhealthy);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task A_store_is_healthy_once_it_is_migrated(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(provider);

        (await CheckAsync(database)).Description.Should().Contain("taskprocessing migrate");
        await database.Get<StoreMigrator>().MigrateAsync(Token);
        (await CheckAsync(database)).Status.Should().Be(HealthStatus.Healthy);
    }

    private static Task<HealthCheckResult> CheckAsync(TestDatabase database) =>
        new StoreHealth(database.Get<StoreMigrator>(), database.Get<IStoreProbe>(), database.Get<Outages>()).CheckHealthAsync(
            new HealthCheckContext(),
            Token
        );

    private static ProcessingTask NewTask() =>
        new()
        {
            Type = "test:echo",
            Status = ProcessingStatus.Scheduled,
            AppId = "test",
            Input = "{}",
            ScheduledAt = DateTimeOffset.UnixEpoch,
            LastUpdated = DateTimeOffset.UnixEpoch,
        };
}
