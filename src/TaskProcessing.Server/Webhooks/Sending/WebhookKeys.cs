using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>The keys of the signatures, the newest first: the configured ones; without a new one of those, one that the nodes on a database share.</summary>
internal sealed class WebhookKeys(IOptions<WebhookOptions> options, IWebhookStore webhooks, IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.WebhookKey");
    private IReadOnlyList<string>? _keys;

    public async ValueTask<IReadOnlyList<string>> GetAsync(CancellationToken cancellationToken) => _keys ??= await ReadAsync(cancellationToken);

    private async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var configured = options.Value.ReadSecrets();
        if (configured.Count > options.Value.OlderSecrets.Count)
            return configured;

        var shared = _protector.Unprotect(await webhooks.GetOrAddKeyAsync(_protector.Protect(Passwords.NewToken()), cancellationToken));
        return [shared, .. configured];
    }
}
