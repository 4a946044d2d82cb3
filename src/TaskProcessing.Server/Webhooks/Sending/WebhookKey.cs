using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>The key of the signatures: the configured one, or one that the nodes on a database share.</summary>
internal sealed class WebhookKey(IOptions<WebhookOptions> options, IWebhookStore webhooks, IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.WebhookKey");
    private string? _key;

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        _key ??= options.Value.ReadSecret() ?? _protector.Unprotect(await webhooks.GetOrAddKeyAsync(_protector.Protect(Passwords.NewToken()), cancellationToken));
}
