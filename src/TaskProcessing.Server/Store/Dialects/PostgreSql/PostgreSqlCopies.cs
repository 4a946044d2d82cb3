using Npgsql;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <remarks>
/// A server has programs of its own for that, which know its version, its rights and its other databases. The password is no
/// argument: others on the machine could see it.
/// </remarks>
internal sealed class PostgreSqlCopies(NpgsqlConnectionStringBuilder connection) : IDatabaseCopies
{
    public string? DatabaseFile => null;

    private string Place =>
        $"--host={ShellWord.Of(connection.Host!)} --port={connection.Port} --username={ShellWord.Of(connection.Username ?? "postgres")}";

    private string Database => ShellWord.Of(connection.Database ?? connection.Username ?? "postgres");

    public IReadOnlyList<string> CommandsToCopy(string copy) =>
        [$"pg_dump {Place} --dbname={Database} --format=custom --file={ShellWord.Of(copy)}"];

    public IReadOnlyList<string> CommandsToRestore(string copy) =>
        [
            $"createdb {Place} --template=template0 --encoding=UTF8 {Database}",
            $"pg_restore {Place} --dbname={Database} --no-owner --exit-on-error --single-transaction {ShellWord.Of(copy)}",
        ];

    public Task CopyAsync(string copy, CancellationToken cancellationToken) => throw NoFile();

    public Task<IReadOnlyDictionary<string, long>> ListContentsAsync(string copy, CancellationToken cancellationToken) => throw NoFile();

    public Task<string?> FindProblemAsync(string copy, CancellationToken cancellationToken) => throw NoFile();

    private static InvalidOperationException NoFile() => new("A PostgreSQL database is no file.");
}
