using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>The base of the stores' conformance suites: each test has a database and a clock of its own.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    private protected abstract DatabaseProvider Provider { get; }

    private protected TestDatabase Database { get; private set; } = null!;

    private protected ManualTimeProvider Clock { get; } = new();

    private protected DateTimeOffset Now => Clock.GetUtcNow();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Database = await TestDatabase.CreateAsync(Provider);

    public async ValueTask DisposeAsync()
    {
        if (Database is not null)
            await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected ProcessingTask NewTask(
        string type = "test:echo",
        string? userId = "alice",
        string appId = "notes",
        string? customId = null,
        string? guestAddress = null,
        bool allowCleanup = true,
        string? webhookUri = null,
        string? webhookMethod = null
    ) =>
        new()
        {
            Type = type,
            Status = ProcessingStatus.Scheduled,
            UserId = userId,
            GuestAddress = guestAddress,
            AppId = appId,
            CustomId = customId,
            AllowCleanup = allowCleanup,
            WebhookUri = webhookUri,
            WebhookMethod = webhookMethod,
            Input = """{"input":"hello"}""",
            ScheduledAt = Now,
            LastUpdated = Now,
        };
}
