using System.Text;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Store.Files;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>The hot statements stand in docs/sql as each database gets them.</summary>
public sealed class SqlDocumentTests
{
    /// <summary>Set it to have the committed files written anew.</summary>
    private const string UpdateVariable = "TASKPROCESSING_UPDATE_SQL";

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, "sqlite")]
    [InlineData(DatabaseProvider.PostgreSql, "postgresql")]
    internal async Task The_committed_statements_are_those_that_the_database_gets(DatabaseProvider provider, string name)
    {
        using Dialect dialect =
            provider == DatabaseProvider.Sqlite
                ? new SqliteDialect(null, Path.GetTempPath(), cacheMegabytes: 0)
                : new PostgreSqlDialect("Host=none");
        var text =
            Head(dialect)
            + string.Concat(
                Statements(dialect).Select(hot => $"\n-- {hot.Name}\n{dialect.TextOf(hot.Statement).ReplaceLineEndings("\n")};\n")
            );
        var path = Path.Combine(Repository.Root, "docs", "sql", $"{name}.sql");
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text);
        }

        (await File.ReadAllTextAsync(path)).Should().Be(text, $"docs/sql/{name}.sql is made by running this test with {UpdateVariable}=1");
    }

    private static IEnumerable<(string Name, Statement Statement)> Statements(Dialect dialect)
    {
        var claim = new TaskClaim(dialect);
        var trees = new FileTreeStatements(dialect);
        return
        [
            ("TaskClaim.For(types: 1)", claim.For(1)),
            ("TaskClaim.For(types: 2)", claim.For(2)),
            ("TaskClaim.ForBatch(types: 1)", claim.ForBatch(1)),
            ("TaskClaim.ForBatch(types: 2)", claim.ForBatch(2)),
            .. StatementPlanTests.HotStatements(),
            ("WebhookOutbox.Insert", WebhookOutbox.Insert),
            .. dialect is PostgreSqlDialect
                ?
                [
                    ("PostgreSqlRateCounter.Count", PostgreSqlRateCounter.Count),
                    ("PostgreSqlGuessCounter.Begin", PostgreSqlGuessCounter.Begin),
                    ("PostgreSqlGuessCounter.TakeBack", PostgreSqlGuessCounter.TakeBack),
                    ("PostgreSqlPlaces.Take", PostgreSqlPlaces.Take),
                ]
                : Array.Empty<(string, Statement)>(),
            ("FileTreeStatements.Below", new Statement(trees.Below)),
            ("FileTreeStatements.Search", new Statement(trees.Search)),
            ("FileTreeStatements.Left", new Statement(trees.Left)),
            (
                "FileTreeStatements.Sum(folderIds: [0, 7]), of a user's top folder and a folder with the id 7",
                new Statement(trees.Sum([0, 7]))
            ),
            ("FileTreeStatements.CopyOne", FileTreeStatements.CopyOne),
        ];
    }

    private static string Head(Dialect dialect)
    {
        var head = new StringBuilder().Append(
            $"""
            -- The hot statements as the database gets them. SqlDocumentTests compares this file with the program; run it with
            -- {UpdateVariable}=1 to write the file anew. Each comment names the member that has the statement, where the
            -- comments in the source tell what the values are: {"{0}"} there is the first value here.

            """
        );
        if (dialect is SqliteDialect)
        {
            return head.Append(
                    """
                    -- In sqlite3: ".parameter set ?1 42", then the statement; "EXPLAIN QUERY PLAN" before it shows the way it takes.

                    """
                )
                .ToString();
        }

        return head.Append(
                $"""
                -- In psql: "PREPARE s AS …; EXPLAIN EXECUTE s(42);", or from version 16 on the statement and "\bind 42 \g" for its
                -- semicolon.
                -- The connections of the batchers have these options, which PGOPTIONS gives to psql:
                --  {PostgreSqlConnectionStrings.PlannerOptions}
                -- Before a statement of FileTreeStatements its transaction runs: {dialect.IndexesOnly}

                """
            )
            .ToString();
    }
}
