using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server;

/// <summary>Section <c>Secrets</c>: what protects the keys in the database, with which the secrets of provider apps are encrypted.</summary>
internal sealed class SecretsOptions : ICheckedOptions
{
    public const string Section = "Secrets";

    /// <summary>
    /// A PKCS #12 file (.pfx, .p12) whose certificate encrypts new keys; every node needs it. Default none: whoever reads
    /// the database can read the secrets.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>The password of the file. Default none.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>Null when none is wanted.</summary>
    public X509Certificate2? LoadCertificate() =>
        string.IsNullOrEmpty(CertificateFile) ? null : X509CertificateLoader.LoadPkcs12FromFile(CertificateFile, CertificatePassword);

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        try
        {
            using var certificate = LoadCertificate();
            return certificate is { HasPrivateKey: false } ? [(nameof(CertificateFile), "has no private key")] : [];
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return [(nameof(CertificateFile), $"cannot be used: {error.Message}")];
        }
    }
}

internal static class SecretsExtensions
{
    public static void ProtectKeys(this IDataProtectionBuilder builder, IConfiguration configuration)
    {
        if (configuration.GetSection(SecretsOptions.Section).Get<SecretsOptions>()?.LoadCertificate() is { } certificate)
            builder.ProtectKeysWithCertificate(certificate);
    }
}
