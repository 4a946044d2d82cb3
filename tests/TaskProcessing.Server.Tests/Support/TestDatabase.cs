using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>A database of one test's own, gone when the test is over; and the stores on it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>A migrated file, made once for all tests: copying is ten times as fast as migrating.</summary>
    private static readonly Lazy<Task<byte[]>> SqliteTemplate = new(async () =>
    {
        await using var template = new TestDatabase(DatabaseProvider.Sqlite, null);
        await template.Get<StoreMigrator>().MigrateAsync(CancellationToken.None);
        await template._services.DisposeAsync();
        return await File.ReadAllBytesAsync(template.SqliteFile);
    });

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-test-");
    private readonly string? _postgreSqlDatabase;
    private readonly ServiceProvider _services;

    private TestDatabase(DatabaseProvider provider, string? postgreSqlDatabase)
    {
        _postgreSqlDatabase = postgreSqlDatabase;
        Options = new StoreOptions
        {
            Provider = provider,
            ConnectionString = postgreSqlDatabase is null ? null : PostgreSqlServer.ConnectionString(postgreSqlDatabase),
        };
        _services = AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider();
    }

    /// <summary>The connection settings.</summary>
    public StoreOptions Options { get; }

    /// <summary>The directory of the SQLite file; for servers that are started on this database.</summary>
    public string DataDirectory => _directory.FullName;

    public string SqliteFile => Path.Combine(DataDirectory, "taskprocessing.db");

    /// <summary>A database without any table; the test is skipped when there is no PostgreSQL server.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(DatabaseProvider provider) =>
        new(provider, provider == DatabaseProvider.PostgreSql ? await PostgreSqlServer.CreateDatabaseAsync() : null);

    /// <summary>A database with the current schema; the test is skipped when there is no PostgreSQL server.</summary>
    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider)
    {
        if (provider == DatabaseProvider.PostgreSql)
            return new(provider, await PostgreSqlServer.CreateMigratedDatabaseAsync());

        var database = new TestDatabase(provider, null);
        await File.WriteAllBytesAsync(database.SqliteFile, await SqliteTemplate.Value);
        return database;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Adds the stores on this database to the services of one more node.</summary>
    public IServiceCollection AddTo(IServiceCollection services) => AddStores(services, Options, DataDirectory);

    public static IServiceCollection AddStores(IServiceCollection services, StoreOptions options, string dataDirectory) =>
        services
            .AddSingleton(Microsoft.Extensions.Options.Options.Create(options))
            .AddSingleton(Microsoft.Extensions.Options.Options.Create(new DataDirectoryOptions { DataDirectory = dataDirectory }))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<Outages>()
            .AddSingleton(_ => new TaskMetrics(Guid.NewGuid().ToString()))
            .AddTaskStore();

    public TaskDbContext OpenContext() => Get<IDbContextFactory<TaskDbContext>>().CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _directory.Delete(recursive: true);
        if (_postgreSqlDatabase is not null)
            await PostgreSqlServer.DropDatabaseAsync(_postgreSqlDatabase);
    }
}
