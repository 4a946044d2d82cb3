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
        $"--host={List(host => ShellWord.Of(host.Name))} --port={List(host => host.Port)} "
        + $"--username={ShellWord.Of(connection.Username ?? "postgres")}";

    /// <summary>What chooses the primary one of several hosts.</summary>
    private string Target => PostgreSqlConnectionStrings.NamesSeveralHosts(connection) ? "PGTARGETSESSIONATTRS=read-write " : "";

    private string Database => ShellWord.Of(connection.Database ?? connection.Username ?? "postgres");

    public IReadOnlyList<string> CommandsToCopy(string copy) =>
        [$"{Target}pg_dump {Place} --dbname={Database} --format=custom --file={ShellWord.Of(copy)}"];

    public IReadOnlyList<string> CommandsToRestore(string copy) =>
        [
            $"{Target}createdb {Place} --template=template0 --encoding=UTF8 {Database}",
            $"{Target}pg_restore {Place} --dbname={Database} --no-owner --exit-on-error --single-transaction {ShellWord.Of(copy)}",
        ];

    public Task CopyAsync(string copy, CancellationToken cancellationToken) => throw NoFile();

    public Task<IReadOnlyDictionary<string, long>> ListContentsAsync(string copy, CancellationToken cancellationToken) => throw NoFile();

    public Task<string?> FindProblemAsync(string copy, CancellationToken cancellationToken) => throw NoFile();

    private string List(Func<(string Name, string Port), string> part) =>
        string.Join(',', PostgreSqlConnectionStrings.HostsOf(connection).Select(part));

    private static InvalidOperationException NoFile() => new("A PostgreSQL database is no file.");
}
