using System.Data.Common;
using System.Security.Authentication;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The state of a connection after an error.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>
    /// True when the connection is of no use any more while a new one may work: the server ended it or went away, or has
    /// become read-only, as after a fail-over.
    /// </summary>
    public static bool IsCut(Exception error) =>
        Find(error) switch
        {
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => true,
            PostgresException ended => IsEnd(ended),
            NpgsqlException broken => Causes(broken).Any(cause => cause is IOException)
                && !Causes(broken).Any(cause => cause is TimeoutException),
            _ => false,
        };

    /// <summary>
    /// True when the error, as the first answer to a message, proves that no statement of the message has run: the server
    /// refused to write, or ended the connection instead of answering. A connection that just broke proves nothing.
    /// </summary>
    public static bool MeansNothingHappened(Exception error) =>
        Find(error) is PostgresException refused && (refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction || IsEnd(refused));

    /// <summary>
    /// True when PostgreSQL broke the transaction off because of others: a deadlock, or a conflict. Nothing of it has happened, and it
    /// may succeed when it is repeated.
    /// </summary>
    public static bool IsToBeRepeated(Exception error) =>
        Find(error) is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>
    /// True when the connections of the pool are of no use any more, or when the error may have left prepared statements in
    /// disorder. The driver prepares frequent statements along with running them. When the server accepts the text but not the
    /// values, the driver believes the statement prepared, yet knows nothing of its columns, and the next caller of it on that
    /// connection gets an "unexpected backend message".
    /// </summary>
    /// <remarks>A row that breaks a rule, or a transaction that must be repeated, is found out later, when all is in order.</remarks>
    public static bool LeavesDisorder(Exception error) =>
        IsCut(error) || (Find(error) is PostgresException { SqlState: var state } && state[..2] is not ("23" or "40"));

    /// <summary>True when the certificate of the server, or of this one, was refused.</summary>
    public static bool IsUntrusted(Exception? error) => Causes(error).Any(cause => cause is AuthenticationException);

    private static bool IsEnd(PostgresException error) =>
        error.InvariantSeverity is "FATAL" or "PANIC"
        && (
            error.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or "57P05" or "25P03"
            || error.SqlState[..2] == "08"
        );

    private static NpgsqlException? Find(Exception error) => Causes(error).OfType<NpgsqlException>().FirstOrDefault();

    private static IEnumerable<Exception> Causes(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            yield return error;
    }

    /// <summary>Tells the pool of the failures of EF Core's connections and statements.</summary>
    public sealed class Watch(PostgreSqlPool pool) : DbCommandInterceptor, IDbConnectionInterceptor
    {
        public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => pool.ForgetPrimary();

        public Task ConnectionFailedAsync(
            DbConnection connection,
            ConnectionErrorEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            pool.ForgetPrimary();
            return Task.CompletedTask;
        }

        public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => pool.ClearAfter(eventData.Exception);

        public override Task CommandFailedAsync(
            DbCommand command,
            CommandErrorEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            CommandFailed(command, eventData);
            return Task.CompletedTask;
        }
    }
}
