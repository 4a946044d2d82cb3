using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Webhooks;

/// <summary>Adds deliveries to the outbox, together with the change that ends their task.</summary>
internal sealed class WebhookOutbox(TaskJson json)
{
    internal static readonly Statement Insert = new(
        """
        INSERT INTO webhook_deliveries (id, task_id, user_id, of_guest, uri, method, target, body,
            created_at, retried_since, next_attempt_at, state, attempts, history, trace_parent)
        VALUES ({0}, {1}, {2:text}, {3}, {4}, {5}, {6}, {7}, {8}, {8}, {8}, 0, 0, '', {9:text}) RETURNING id
        """
    );

    /// <summary>
    /// Adds the delivery of an ended task to the outbox, if the task has a webhook. Must be part of the transaction that ends the task.
    /// </summary>
    public async ValueTask AddAsync(StoreConnection connection, ProcessingTask task, DateTimeOffset now)
    {
        if (!task.HasWebhook)
            return;

        var delivery = WebhookDelivery.Of(task, json, now);
        object?[] values =
        [
            delivery.Id,
            delivery.TaskId,
            delivery.UserId,
            delivery.OfGuest,
            delivery.Uri,
            delivery.Method,
            delivery.Target,
            delivery.Body,
            delivery.CreatedAt.ToUnixTimeMilliseconds(),
            delivery.TraceParent,
        ];
        await connection.QueryAsync(Insert, values, row => row.Text(0));
    }
}
