using System.Globalization;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Dialects.Sqlite;

namespace TaskProcessing.Server.Store.Copying;

/// <summary>Copies the rows of all tables, and compares them.</summary>
internal sealed class TableCopies(
    IReadOnlyList<CopiedTable> tables,
    SqliteCopyReader source,
    PostgreSqlCopyWriter target,
    Action<string> say
)
{
    /// <summary>The number of rows in one transaction.</summary>
    public const int BatchSize = 10_000;

    public async Task<CopyOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await DropOutdatedAsync(cancellationToken);
        var rows = 0L;
        foreach (var table in tables)
            rows += await CopyAsync(table, cancellationToken);
        foreach (var table in tables)
        {
            if (!await IsSameAsync(table, until: null, cancellationToken))
                return new CopyOutcome.Different(table.Name);
        }

        await target.FinishAsync(tables, await source.ReadCountersAsync(cancellationToken), cancellationToken);
        return new CopyOutcome.Copied(tables.Count, rows);
    }

    /// <summary>The source may have changed since a copy was interrupted: then what arrived is of no use.</summary>
    private async Task DropOutdatedAsync(CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            if (await target.ReadLastKeyAsync(table, cancellationToken) is not { } last)
                continue;
            if (await IsSameAsync(table, last, cancellationToken))
                continue;

            say($"{table.Name} has changed since an earlier copy was interrupted: beginning anew");
            await target.EmptyAsync(tables, cancellationToken);
            return;
        }
    }

    /// <returns>The number of the table's rows.</returns>
    private async Task<long> CopyAsync(CopiedTable table, CancellationToken cancellationToken)
    {
        var total = await source.CountAsync(table, cancellationToken);
        var copied = await target.CountAsync(table, cancellationToken);
        if (copied > 0)
            Say("were there already");
        var after = await target.ReadLastKeyAsync(table, cancellationToken);
        var batch = new List<object?[]>(BatchSize);
        await foreach (var row in source.ReadAsync(table, after, until: null, cancellationToken))
        {
            batch.Add(row);
            if (batch.Count == BatchSize)
                await WriteAsync();
        }

        if (batch.Count > 0)
            await WriteAsync();
        return copied;

        async Task WriteAsync()
        {
            await target.WriteAsync(table, batch, cancellationToken);
            copied += batch.Count;
            batch.Clear();
            Say("copied");
        }

        void Say(string what) => say(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {copied} of {total} rows {what}"));
    }

    /// <summary>Compares every value, up to a key or of the whole table. Counts follow from that.</summary>
    private async Task<bool> IsSameAsync(CopiedTable table, object?[]? until, CancellationToken cancellationToken)
    {
        await using var copied = target.ReadAsync(table, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await foreach (var row in source.ReadAsync(table, after: null, until, cancellationToken))
        {
            if (!await copied.MoveNextAsync() || !row.SequenceEqual(copied.Current))
                return false;
        }

        return !await copied.MoveNextAsync();
    }
}
