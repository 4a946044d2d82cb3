using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server.Providers;

/// <summary>Encrypts the secrets that are shared with provider apps.</summary>
internal sealed class ExAppSecrets(IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.ExAppSecret");

    public string Protect(string secret) => _protector.Protect(secret);

    public string Unprotect(ExApp app) => _protector.Unprotect(app.ProtectedSecret);
}
