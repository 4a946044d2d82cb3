using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Http.Admin;

/// <summary>Collects the document of the admin page. It is read at most once a second for all readers.</summary>
internal sealed class ReadOverview(
    ReadTaskOverview readTaskOverview,
    ListExApps listExApps,
    ListProviders listProviders,
    ListNextclouds listNextclouds,
    IWebhookStore webhooks,
    ListBlocks listBlocks,
    RateLimitHits rateLimitHits,
    TimeProvider time
) : IDisposable
{
    private const int MaxWebhooks = 50;

    private readonly Recent<OverviewResource> _recent = new(TimeSpan.FromSeconds(1), time);

    public Task<OverviewResource> RunAsync(CancellationToken cancellationToken) => _recent.GetAsync(ReadAsync, cancellationToken);

    public void Dispose() => _recent.Dispose();

    private async Task<OverviewResource> ReadAsync(CancellationToken cancellationToken) =>
        OverviewResource.Of(
            await readTaskOverview.RunAsync(cancellationToken),
            await listExApps.RunAsync(cancellationToken),
            await listProviders.RunAsync(cancellationToken),
            await listNextclouds.RunAsync(cancellationToken),
            await webhooks.ReadBacklogAsync(MaxWebhooks, ReadTaskOverview.MaxCounted, cancellationToken),
            await listBlocks.RunAsync(cancellationToken),
            rateLimitHits.List()
        );
}
