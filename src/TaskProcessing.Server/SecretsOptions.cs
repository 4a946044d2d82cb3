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

    /// <summary>
    /// Certificates from before: they still decrypt the keys that they encrypted, which stay in use for the secrets that were stored with
    /// them. Default none.
    /// </summary>
    public List<OlderCertificate> OlderCertificates { get; set; } = [];

    /// <summary>Null when none is wanted.</summary>
    public X509Certificate2? LoadCertificate() =>
        string.IsNullOrEmpty(CertificateFile) ? null : X509CertificateLoader.LoadPkcs12FromFile(CertificateFile, CertificatePassword);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Problem(LoadCertificate) is { } problem)
            yield return new ValidationResult(problem, [nameof(CertificateFile)]);
        foreach (var (index, older) in OlderCertificates.Index())
        {
            if (Problem(older.Load) is { } mistake)
                yield return new ValidationResult(mistake, [$"{nameof(OlderCertificates)}:{index}:{nameof(OlderCertificate.File)}"]);
        }
    }

    private static string? Problem(Func<X509Certificate2?> load)
    {
        try
        {
            using var certificate = load();
            return certificate is { HasPrivateKey: false } ? "has no private key" : null;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"cannot be used: {error.Message}";
        }
    }
}

/// <summary>A certificate from before.</summary>
internal sealed class OlderCertificate
{
    /// <summary>A PKCS #12 file.</summary>
    public string File { get; set; } = "";

    /// <summary>The password of the file. Default none.</summary>
    public string? Password { get; set; }

    public X509Certificate2 Load() => X509CertificateLoader.LoadPkcs12FromFile(File, Password);
}

internal static class SecretsExtensions
{
    public static void ProtectKeys(this IDataProtectionBuilder builder, IConfiguration configuration)
    {
        var options = configuration.GetSection(SecretsOptions.Section).Get<SecretsOptions>() ?? new SecretsOptions();
        if (options.LoadCertificate() is { } certificate)
            builder.ProtectKeysWithCertificate(certificate);
        if (options.OlderCertificates.Count > 0)
            builder.UnprotectKeysWithAnyCertificate([.. options.OlderCertificates.Select(older => older.Load())]);
    }
}
