using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// The PostgreSQL server that <c>TASKPROCESSING_TEST_POSTGRES</c> names: a connection string of a user who may create
/// databases. Without it the tests that need one are skipped, visibly.
/// </summary>
internal static class PostgreSqlServer
{
    private const string Variable = "TASKPROCESSING_TEST_POSTGRES";

    private static readonly string Prefix = $"tp_test_{Environment.ProcessId}_{Guid.NewGuid().ToString("N")[..6]}_";

    /// <summary>A migrated database, made once for all tests, that the others are copied from.</summary>
    private static readonly Lazy<Task<string>> Template = new(CreateTemplateAsync);

    private static int _count;

    public static string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(Server) { Database = database }.ToString();

    public static Task<string> CreateDatabaseAsync() => CreateAsync("template0");

    public static async Task<string> CreateMigratedDatabaseAsync()
    {
        Assert.SkipWhen(Server is null, $"{Variable} names no PostgreSQL server");
        return await CreateAsync(await Template.Value);
    }

    public static Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    private static string? Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;

    private static async Task<string> CreateAsync(string template)
    {
        Assert.SkipWhen(Server is null, $"{Variable} names no PostgreSQL server");
        var name = Prefix + Interlocked.Increment(ref _count);
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        return name;
    }

    private static async Task<string> CreateTemplateAsync()
    {
        var name = await CreateDatabaseAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DropDatabaseAsync(name).GetAwaiter().GetResult();

        // Not pooled: a template with open connections cannot be copied.
        var options = new StoreOptions
        {
            Provider = DatabaseProvider.PostgreSql,
            ConnectionString = ConnectionString(name) + ";Pooling=false",
        };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();
        await services.GetRequiredService<StoreMigrator>().MigrateAsync(CancellationToken.None);
        return name;
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
