using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>
/// The keys of the signatures, the newest first: the configured ones; without them, one that the nodes on a database
/// share.
/// </summary>
internal sealed class WebhookKeys(IOptions<WebhookOptions> options, IWebhookStore webhooks, IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.WebhookKey");
    private IReadOnlyList<WebhookKey>? _keys;

    public async ValueTask<IReadOnlyList<WebhookKey>> GetAsync(CancellationToken cancellationToken) =>
        _keys ??= await ReadAsync(cancellationToken);

    private async Task<IReadOnlyList<WebhookKey>> ReadAsync(CancellationToken cancellationToken)
    {
        var configured = options.Value.ReadSecrets();
        if (configured.Count > options.Value.OlderSecrets.Count)
            return [.. configured.Select(WebhookKey.Parse)];

        var shared = _protector.Unprotect(await webhooks.GetOrAddKeyAsync(_protector.Protect(WebhookKey.New().Text), cancellationToken));
        return [WebhookKey.Parse(shared), .. configured.Select(WebhookKey.Parse)];
    }
}
