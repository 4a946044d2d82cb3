using Microsoft.Extensions.Options;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Webhooks;

/// <summary>How deliveries come in: with the change that ends their task.</summary>
internal sealed class WebhookOutbox(IOptions<WebhookForm> form)
{
    private static readonly Statement Insert = new(
        """
        INSERT INTO webhook_deliveries (id, task_id, user_id, of_guest, uri, method, target, body, created_at, retried_since, next_attempt_at, state, attempts, history)
        VALUES ({0}, {1}, {2:text}, {3}, {4}, {5}, {6}, {7}, {8}, {8}, {8}, 0, 0, '') RETURNING id
        """);

    /// <summary>Puts the delivery of a task that has just ended into the outbox, if somebody wants to hear of it. Must be part of the transaction that ends it.</summary>
    public async ValueTask AddAsync(Session session, ProcessingTask task, DateTimeOffset now)
    {
        if (!task.HasWebhook)
            return;

        var delivery = WebhookDelivery.Of(task, form.Value, now);
        object?[] values =
        [
            delivery.Id, delivery.TaskId, delivery.UserId, delivery.OfGuest, delivery.Uri, delivery.Method, delivery.Target, delivery.Body,
            delivery.CreatedAt.ToUnixTimeMilliseconds(),
        ];
        await session.QueryAsync(Insert, values, row => row.Text(0));
    }
}
