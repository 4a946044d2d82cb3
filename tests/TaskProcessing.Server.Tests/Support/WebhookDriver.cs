using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Makes and reads webhooks in tests.</summary>
internal static class WebhookDriver
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Stores a task that no provider serves, and ends it by a cancel; answers its id.</summary>
    public static async Task<long> EndTaskAsync(
        this TestServer server,
        string uri,
        string method = "HTTP:POST",
        string? userId = "alice",
        string? guestAddress = null
    )
    {
        var now = server.Get<TimeProvider>().GetUtcNow();
        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = ProcessingStatus.Scheduled,
            UserId = userId,
            GuestAddress = guestAddress,
            AppId = "test",
            CustomId = "",
            Input = """{"input":"hellö <b>"}""",
            WebhookUri = uri,
            WebhookMethod = method,
            ScheduledAt = now,
            LastUpdated = now,
        };
        await server.Get<ITaskStore>().AddAsync(task, Token);
        (await server.Get<CancelTask>().TryAsync(task.Id, "test", Token)).Changed.Should().BeTrue();
        return task.Id;
    }

    /// <summary>The only delivery.</summary>
    public static async Task<WebhookDelivery> DeliveryAsync(this TestServer server) =>
        (await server.Get<IWebhookStore>().ListAsync(failedOnly: false, limit: 10, Token)).Single();

    /// <summary>
    /// Waits until the only delivery is as wanted. Given the server's clock, time passes whenever the delivery waits for its
    /// next attempt.
    /// </summary>
    public static async Task<WebhookDelivery> DeliveryBecomesAsync(
        this TestServer server,
        Func<WebhookDelivery, bool> wanted,
        ManualTimeProvider? time = null
    )
    {
        WebhookDelivery? delivery = null;
        await Eventually.BecomesTrue(
            () =>
            {
                delivery = server.DeliveryAsync().GetAwaiter().GetResult();
                if (wanted(delivery))
                    return true;
                if (delivery is { State: WebhookState.Waiting, NextAttemptAt: { } next } && time is not null)
                    time.Advance(next > time.GetUtcNow() ? next - time.GetUtcNow() : TimeSpan.FromSeconds(1));
                return false;
            },
            "what is wanted of the delivery"
        );
        return delivery!;
    }

    public static Task<WebhookDelivery> DeliveryBecomesAsync(this TestServer server, WebhookState state, ManualTimeProvider? time = null) =>
        server.DeliveryBecomesAsync(delivery => delivery.State == state, time);
}
