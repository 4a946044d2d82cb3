using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>
/// Refuses texts that PostgreSQL cannot take, on every database. They are refused before they are sent, because the error
/// would also hit other callers that share the connection.
/// </summary>
internal static class StorableText
{
    /// <summary>The check for statements of EF Core.</summary>
    public static IInterceptor Guard { get; } = new CommandGuard();

    /// <returns>The text.</returns>
    /// <exception cref="UnstorableTextException">It has the character 0, or half of a surrogate pair.</exception>
    public static string Check(string text) =>
        !text.Contains('\0') && IsWellFormed(text)
            ? text
            : throw new UnstorableTextException(
                "A text has a character that cannot be stored: the character 0, or half of a surrogate pair"
            );

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is var place and >= 0)
        {
            if (place + 1 == text.Length || !char.IsSurrogatePair(text[place], text[place + 1]))
                return false;
            text = text[(place + 2)..];
        }

        return true;
    }

    private sealed class CommandGuard : DbCommandInterceptor
    {
        public override InterceptionResult<DbDataReader> ReaderExecuting(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result
        )
        {
            CheckParameters(command);
            return result;
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(ReaderExecuting(command, eventData, result));

        public override InterceptionResult<int> NonQueryExecuting(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result
        )
        {
            CheckParameters(command);
            return result;
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(NonQueryExecuting(command, eventData, result));

        public override InterceptionResult<object> ScalarExecuting(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<object> result
        )
        {
            CheckParameters(command);
            return result;
        }

        public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<object> result,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(ScalarExecuting(command, eventData, result));

        private static void CheckParameters(DbCommand command)
        {
            foreach (DbParameter parameter in command.Parameters)
            {
                if (parameter.Value is string text)
                    Check(text);
                else if (parameter.Value is IEnumerable<string?> texts)
                    CheckAll(texts);
            }
        }

        private static void CheckAll(IEnumerable<string?> texts)
        {
            foreach (var text in texts)
            {
                if (text is not null)
                    Check(text);
            }
        }
    }
}
