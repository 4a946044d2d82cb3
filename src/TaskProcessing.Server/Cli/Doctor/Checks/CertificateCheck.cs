using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether the certificates that settings name can be used, and for how long.</summary>
internal sealed class CertificateCheck : DoctorCheck
{
    private const int SoonDays = 30;

    public override string Name => "certificates";

    public override Task<IReadOnlyList<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        var configuration = patient.Configuration;
        var findings = new List<Finding>();
        if (configuration[$"{SecretsOptions.Section}:{nameof(SecretsOptions.CertificateFile)}"] is { Length: > 0 } file)
            findings.Add(
                Look(
                    SecretsOptions.Section,
                    () =>
                        X509CertificateLoader.LoadPkcs12FromFile(
                            file,
                            configuration[$"{SecretsOptions.Section}:{nameof(SecretsOptions.CertificatePassword)}"]
                        ),
                    // It encrypts keys; nothing looks at its dates.
                    expires: false
                )
            );

        var kestrel = configuration.GetSection("Kestrel");
        var certificates = kestrel
            .GetSection("Certificates")
            .GetChildren()
            .Concat(kestrel.GetSection("Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")))
            .Where(section => section["Path"] is { Length: > 0 })
            .ToList();
        findings.AddRange(certificates.Select(section => Look(section.Path, () => Load(section), expires: true)));
        if (certificates.Count == 0 && ListenAddresses.Of(configuration).FirstOrDefault(address => address.Scheme == "https") is { } https)
            findings.Add(
                Finding.Failed(
                    $"{https} needs a certificate, and none is set",
                    "set Kestrel:Certificates:Default:Path and …:Password, or listen on http behind a proxy that has one"
                )
            );
        return Task.FromResult<IReadOnlyList<Finding>>(findings.Count > 0 ? findings : [Finding.Ok("none is set, and none is needed")]);
    }

    /// <summary>As the web server reads it: a relative path counts from the program's directory.</summary>
    private static X509Certificate2 Load(IConfigurationSection section)
    {
        var path = Path.Combine(AppContext.BaseDirectory, section["Path"]!);
        var key = section["KeyPath"] is { Length: > 0 } given ? Path.Combine(AppContext.BaseDirectory, given) : null;
        return key is null ? X509CertificateLoader.LoadPkcs12FromFile(path, section["Password"])
            : section["Password"] is { } password ? X509Certificate2.CreateFromEncryptedPemFile(path, password, key)
            : X509Certificate2.CreateFromPemFile(path, key);
    }

    private static Finding Look(string name, Func<X509Certificate2> load, bool expires)
    {
        try
        {
            using var certificate = load();
            var (begins, ends, now) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), DateTime.UtcNow);
            var text = string.Create(CultureInfo.InvariantCulture, $"that of {name} ends on {ends:yyyy-MM-dd}");
            if (!certificate.HasPrivateKey)
                return Finding.Failed($"that of {name} has no private key", "export it with its key");
            if (!expires || (begins <= now && now.AddDays(SoonDays) < ends))
                return Finding.Ok(text);

            return begins <= now && now < ends
                ? Finding.Warning(text, "renew it, and restart the server")
                : Finding.Failed($"{text}: it is not valid now", "renew it, and restart the server");
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Failed(
                $"that of {name} cannot be used: {error.Message.TrimEnd('.')}",
                "see to its path, its rights and its password"
            );
        }
    }
}
