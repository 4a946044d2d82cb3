using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>No statement that is asked for with every request reads the whole table: each has an index.</summary>
public sealed partial class StatementPlanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_hot_statement_goes_through_an_index()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var claim = new TaskClaim(database.Get<Dialect>());
        var statements = HotStatements()
            .Append((nameof(claim.For), claim.For(types: 3)))
            .Append((nameof(claim.ForBatch), claim.ForBatch(types: 3)))
            .ToList();

        statements.Should().HaveCountGreaterThan(15);
        foreach (var (name, statement) in statements)
            (await ScansAsync(database, database.Get<Dialect>().TextOf(statement))).Should().BeEmpty(name);
    }

    [Fact]
    public async Task Every_query_of_the_stores_goes_through_an_index()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        using var commands = new Commands();
        await using var node = database
            .AddTo(new ServiceCollection().AddLogging(logging => logging.AddProvider(commands)))
            .BuildServiceProvider();
        var tasks = node.GetRequiredService<ITaskStore>();
        var alice = TaskOwner.User("alice");

        await tasks.ListAsync(new TaskQuery { Owner = alice }, Token);
        await tasks.ListAsync(
            new TaskQuery
            {
                Owner = alice,
                AppId = "notes",
                CustomId = "mine",
            },
            Token
        );
        await tasks.ListAsync(
            new TaskQuery
            {
                Type = "test:echo",
                Status = ProcessingStatus.Scheduled,
                Page = new TaskPage(10),
            },
            Token
        );
        await tasks.CountScheduledBeforeAsync(5, Token);
        await tasks.CountScheduledAsync("user alice", appId: null, limit: 10, Token);
        await tasks.CountScheduledAsync(party: null, "notes", limit: 10, Token);
        await tasks.CountQueueAsync(["test:echo"], Token);
        await tasks.CountQueueAsync([], Token);
        await tasks.CountEndedAsync(["test:echo"], Token);
        await tasks.MeasureQueueAsync(DateTimeOffset.UnixEpoch, Token);
        await tasks.AnyScheduledAsync(["test:echo"], Token);
        await tasks.ListAsync(new TaskQuery { Owner = alice, Page = new TaskPage(Limit: 10) }, Token);
        await tasks.ListAsync(
            new TaskQuery
            {
                Type = "test:echo",
                Status = ProcessingStatus.Failed,
                Page = new TaskPage(10, BeforeId: 5),
            },
            Token
        );
        await tasks.CountAsync(new TaskQuery { ProjectId = 7 }, Token);

        commands.Texts.Should().HaveCount(14);
        foreach (var text in commands.Texts)
            (await ScansAsync(database, text)).Should().BeEmpty(text);
    }

    [Fact]
    public async Task Every_query_of_the_statistics_goes_through_an_index()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        using var commands = new Commands();
        await using var node = database
            .AddTo(new ServiceCollection().AddLogging(logging => logging.AddProvider(commands)))
            .BuildServiceProvider();
        var statistics = node.GetRequiredService<ITaskStatistics>();

        await statistics.ListLoadAsync(10, Token);
        await statistics.CountEndedAsync(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(1), Token);
        await statistics.ListRunningAsync(10, Token);
        await statistics.ListFailedAsync(10, beforeId: null, Token);
        await statistics.ListFailedAsync(10, beforeId: 7, Token);
        await node.GetRequiredService<IWebhookStore>().ReadBacklogAsync(limit: 10, most: 100, Token);

        commands.Texts.Should().HaveCount(11);
        foreach (var text in commands.Texts)
            (await ScansAsync(database, text)).Should().BeEmpty(text);
        foreach (var text in commands.Texts[^7..])
            (await PlanAsync(database, text)).Should().NotContain("USE TEMP B-TREE FOR ORDER BY", text);
    }

    [Fact]
    public async Task Pages_of_the_rare_statuses_go_through_their_index()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        using var commands = new Commands();
        await using var node = database
            .AddTo(new ServiceCollection().AddLogging(logging => logging.AddProvider(commands)))
            .BuildServiceProvider();
        var tasks = node.GetRequiredService<ITaskStore>();

        foreach (var status in new[] { ProcessingStatus.Running, ProcessingStatus.Failed, ProcessingStatus.Cancelled })
        {
            foreach (var type in new[] { null, "test:echo" })
            {
                await tasks.ListAsync(
                    new TaskQuery
                    {
                        Type = type,
                        Status = status,
                        Page = new TaskPage(10),
                    },
                    Token
                );
                await tasks.ListAsync(
                    new TaskQuery
                    {
                        Type = type,
                        Status = status,
                        Page = new TaskPage(10, BeforeId: 5),
                    },
                    Token
                );
            }

            await tasks.CountAsync(new TaskQuery { Status = status }, Token);
        }

        commands.Texts.Should().HaveCount(15);
        foreach (var text in commands.Texts)
        {
            var plan = await PlanAsync(database, text);
            plan.Should().ContainMatch("SEARCH * USING *INDEX ix_tasks_rare_status (status=?*", text);
            plan.Should().NotContain("USE TEMP B-TREE FOR ORDER BY", text);
        }
    }

    /// <summary>All but the claim, which the database words.</summary>
    internal static IEnumerable<(string Name, Statement Statement)> HotStatements() =>
        typeof(TaskStatements)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .SelectMany(field =>
                field.GetValue(null) switch
                {
                    Statement statement => [($"{nameof(TaskStatements)}.{field.Name}", statement)],
                    EndingStatement ending =>
                    [
                        ($"{nameof(TaskStatements)}.{field.Name}.{nameof(ending.OfAny)}", ending.OfAny),
                        ($"{nameof(TaskStatements)}.{field.Name}.{nameof(ending.OfPlain)}", ending.OfPlain),
                    ],
                    _ => Array.Empty<(string, Statement)>(),
                }
            )
            .Append(($"{nameof(TaskInsert)}.{nameof(TaskInsert.Insert)}", TaskInsert.Insert));

    [GeneratedRegex(@"^SCAN (?<name>tasks|webhook_deliveries|[tw]\d*)$")]
    private static partial Regex Scan();

    [GeneratedRegex(@"\?\d+|@\w+")]
    private static partial Regex Parameter();

    /// <summary>
    /// The scans of a whole table. A scan through an index is named with it; the scan of a subquery's rows is none.
    /// </summary>
    private static async Task<IEnumerable<string>> ScansAsync(TestDatabase database, string statement)
    {
        var plan = await PlanAsync(database, statement);
        return plan.Where(step =>
            Scan().Match(step) is { Success: true } scan && !plan.Contains($"CO-ROUTINE {scan.Groups["name"].Value}")
        );
    }

    internal static async Task<List<string>> PlanAsync(TestDatabase database, string statement)
    {
        await using var db = database.OpenContext();
        await db.Database.OpenConnectionAsync(Token);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + Parameter().Replace(statement, "1");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var steps = new List<string>();
        while (await reader.ReadAsync(Token))
            steps.Add(reader.GetString(3));
        return steps;
    }

    /// <summary>The statements in EF Core's log.</summary>
    private sealed class Commands : ILoggerProvider, ILogger
    {
        public List<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (eventId == RelationalEventId.CommandExecuted && state is IReadOnlyList<KeyValuePair<string, object?>> values)
                Texts.Add((string)values.Single(value => value.Key == "commandText").Value!);
        }

        public void Dispose() { }
    }
}
