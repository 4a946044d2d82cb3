using Microsoft.Data.Sqlite;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>A connection whose log is written in few pieces. What is told of it holds with and without a full memory.</summary>
public sealed class GatheredLogTests : IDisposable
{
    /// <summary>Several times what SQLite keeps in memory before it writes pages of a transaction that is not at its end.</summary>
    private const int ManyRows = 12_000;

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteConnection _connection;

    public GatheredLogTests()
    {
        _connection = Open("tasks.db");
        Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
        GatheredLog.Gather(_connection).Should().BeTrue("this SQLite's files are known");
    }

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(ManyRows)]
    public void What_is_committed_is_in_the_file_at_once(int rows)
    {
        Insert(rows);

        // As after a crash: nothing but what is in the files.
        foreach (var file in new[] { "tasks.db", "tasks.db-wal" })
            File.Copy(Path.Combine(_folder.Path, file), Path.Combine(_folder.Path, "copied " + file));
        using var other = Open("copied tasks.db");
        Ask("SELECT count(*) FROM texts", other).Should().Be((long)rows);
        Ask("PRAGMA integrity_check", other).Should().Be("ok");
    }

    [Fact]
    public void A_transaction_reads_what_it_has_written_and_others_do_not()
    {
        Run("BEGIN");
        Insert(ManyRows);
        Run("UPDATE texts SET text = text || '!' WHERE id % 7 = 0");
        new FileInfo(Path.Combine(_folder.Path, "tasks.db-wal")).Length.Should().BeGreaterThan(1_000_000, "not all of it has room in memory");

        Ask($"SELECT sum(length(text)) FROM texts").Should().Be((ManyRows * 500L) + (ManyRows / 7));
        using var other = Open("tasks.db");
        Ask("SELECT count(*) FROM texts", other).Should().Be(0L);

        Run("COMMIT");
        Ask("SELECT count(*) FROM texts", other).Should().Be((long)ManyRows);
    }

    [Fact]
    public void What_is_rolled_back_is_gone_though_parts_of_it_were_written()
    {
        Insert(10);
        Run("BEGIN");
        Insert(ManyRows);
        Run("SAVEPOINT part; DELETE FROM texts WHERE id % 3 = 0; ROLLBACK TO part");
        Ask("SELECT count(*) FROM texts").Should().Be(ManyRows + 10L);
        Run("ROLLBACK");
        Insert(5);

        using var other = Open("tasks.db");
        Ask("SELECT count(*) FROM texts", other).Should().Be(15L);
        Ask("PRAGMA integrity_check", other).Should().Be("ok");
    }

    [Fact]
    public void The_log_is_folded_into_the_file_when_the_connection_closes()
    {
        Insert(ManyRows);
        Run("PRAGMA wal_checkpoint(TRUNCATE)");
        Insert(3);
        _connection.Close();

        File.Exists(Path.Combine(_folder.Path, "tasks.db-wal")).Should().BeFalse();
        using var other = Open("tasks.db");
        Ask("SELECT count(*) FROM texts", other).Should().Be(ManyRows + 3L);
    }

    private SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder.Path, file), Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private void Insert(int rows) =>
        Run($"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) INSERT INTO texts (text) SELECT hex(randomblob(250)) FROM numbers");

    private void Run(string statements)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    private object? Ask(string question, SqliteConnection? connection = null)
    {
        using var command = (connection ?? _connection).CreateCommand();
        command.CommandText = question;
        return command.ExecuteScalar();
    }
}
