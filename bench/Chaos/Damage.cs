using TaskProcessing.Benches;

namespace Chaos;

/// <summary>Damages the database in ways that the server must never cause.</summary>
internal static class Damage
{
    public static async Task DoAsync(Sabotage sabotage, Farm farm, IDatabase database, CancellationToken cancellationToken)
    {
        var sql = sabotage switch
        {
            Sabotage.Lose => $"DELETE FROM tasks WHERE id = {farm.Accepted.Values.First()}",
            Sabotage.Overwrite =>
                """UPDATE tasks SET output = '{"output":"done by nobody"}' WHERE id = (SELECT MAX(id) FROM tasks WHERE status = 3)""",
            Sabotage.Revive => $"UPDATE tasks SET status = 4 WHERE id = {farm.Cancelled.First()}",
            Sabotage.Hush => "DELETE FROM webhook_deliveries WHERE id IN (SELECT MAX(id) FROM webhook_deliveries)",
            _ => null,
        };
        if (sql is not null)
            await database.ExecuteAsync(sql, cancellationToken);
    }

    /// <summary>Has running tasks waiting again although their workers hold a lease.</summary>
    public static Task HandOutAgainAsync(IDatabase database, CancellationToken cancellationToken) =>
        database.ExecuteAsync("UPDATE tasks SET status = 1 WHERE status = 2", cancellationToken);
}
