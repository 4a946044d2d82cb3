using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>Encrypts the secrets that are shared with Nextclouds.</summary>
internal sealed class NextcloudSecrets(IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.NextcloudSecret");

    public string Protect(string secret) => _protector.Protect(secret);

    public string Unprotect(Nextcloud connection) => _protector.Unprotect(connection.ProtectedSecret);

    /// <summary>Null for one that was encrypted with a key that is lost.</summary>
    public string? TryUnprotect(Nextcloud connection)
    {
        try
        {
            return Unprotect(connection);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
