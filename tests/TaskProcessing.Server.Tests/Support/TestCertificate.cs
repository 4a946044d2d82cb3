using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>A certificate for localhost that no authority has signed.</summary>
internal static class TestCertificate
{
    /// <summary>Writes it with its key, as PKCS #12; answers the path.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Of the file.</param>
    /// <param name="ends">Its last moment, after 30 days; null for tomorrow.</param>
    public static string Write(string path, string password, DateTimeOffset? ends = null)
    {
        var last = ends ?? DateTimeOffset.UtcNow.AddDays(1);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(last.AddDays(-30), last);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, password));
        return path;
    }
}
