using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server;

/// <summary>
/// Section <c>Secrets</c>: the protection of the keys in the database that encrypt the secrets of provider apps.
/// </summary>
internal sealed class SecretsOptions : IValidatableObject
{
    public const string Section = "Secrets";

    /// <summary>
    /// A PKCS #12 file (.pfx, .p12) whose certificate encrypts new keys; every node needs it. Default none: then a reader of the
    /// database can read the secrets.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>The password of the file. Default none.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>Null when none is wanted.</summary>
    public X509Certificate2? LoadCertificate() =>
        string.IsNullOrEmpty(CertificateFile) ? null : X509CertificateLoader.LoadPkcs12FromFile(CertificateFile, CertificatePassword);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        try
        {
            using var certificate = LoadCertificate();
            return certificate is { HasPrivateKey: false } ? [new ValidationResult("has no private key", [nameof(CertificateFile)])] : [];
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return [new ValidationResult($"cannot be used: {error.Message}", [nameof(CertificateFile)])];
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
