using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// A PostgreSQL server with a certificate of an authority of our own. All is in one test, because a cluster takes seconds to make.
/// </summary>
public sealed class PostgreSqlTlsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task A_certificate_is_checked_and_one_that_does_not_fit_is_told()
    {
        var directory = new TemporaryFolder().Path;
        using var authority = Authority("ours");
        using var other = Authority("another");
        var (ours, others) = (Path.Combine(directory, "ours.pem"), Path.Combine(directory, "another.pem"));
        await File.WriteAllTextAsync(ours, authority.ExportCertificatePem());
        await File.WriteAllTextAsync(others, other.ExportCertificatePem());
        var (key, certificate) = CertificateOf("localhost", authority);
        await using var postgres = await OwnPostgreSql.StartCertifiedAsync(key, certificate);
        var server = postgres.ConnectionString.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        (await ProblemOfAsync($"{server};SSL Mode=VerifyFull;Root Certificate={ours}")).Should().BeEmpty();
        (await ProblemOfAsync($"{postgres.ConnectionString};SSL Mode=VerifyCA;Root Certificate={ours}")).Should().BeEmpty();
        string[] refused =
        [
            $"{server};SSL Mode=VerifyFull;Root Certificate={others}",
            $"{server};SSL Mode=VerifyFull",
            $"{postgres.ConnectionString};SSL Mode=VerifyFull;Root Certificate={ours}",
        ];
        foreach (var connectionString in refused)
            (await ProblemOfAsync(connectionString)).Should().Contain("the certificate of PostgreSQL is not trusted: \"Root Certificate\"");
        (await ProblemOfAsync($"{server};SSL Mode=VerifyFull;Root Certificate={ours}.none")).Should().Contain($"{ours}.none");
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    /// <returns>The key and the certificate, in PEM.</returns>
    private static (string Key, string Certificate) CertificateOf(string host, X509Certificate2 authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, Now.AddDays(-1), Now.AddHours(1), [1]);
        return (key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem());
    }

    private static async Task<string> ProblemOfAsync(string connectionString)
    {
        var options = new StoreOptions { Provider = DatabaseProvider.PostgreSql, ConnectionString = connectionString };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();
        try
        {
            await services.GetRequiredService<StoreMigrator>().MigrateAsync(TestContext.Current.CancellationToken);
            return "";
        }
        catch (StoreUnavailableException error)
        {
            return error.Message;
        }
    }
}
