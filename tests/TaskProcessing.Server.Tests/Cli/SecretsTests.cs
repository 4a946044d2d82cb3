using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class SecretsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task With_a_certificate_the_database_alone_does_not_give_the_secrets_away()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        string[] settings = [$"--Secrets:CertificateFile={WriteCertificate("pass")}", "--Secrets:CertificatePassword=pass"];

        await new CommandLineDriver(database.DataDirectory).SucceedAsync([
            "exapp",
            "add",
            "llm2",
            "--secret",
            "hush",
            "--app-version",
            "1",
            .. settings,
        ]);

        await using var db = database.OpenContext();
        (await db.DataProtectionKeys.SingleAsync()).Xml.Should().Contain("EncryptedData").And.NotContain("<masterKey");
        await using var node = ServerBuilder.Create([$"--DataDirectory={database.DataDirectory}", .. settings]).AddTaskProcessing().Build();
        (await node.Services.GetRequiredService<ExAppDirectory>().FindAsync("llm2", CancellationToken.None))!.Secret.Should().Be("hush");
    }

    [Theory]
    [InlineData("missing.pfx", "pass")]
    [InlineData("own.pfx", "wrong")]
    public async Task A_certificate_that_cannot_be_used_is_named(string file, string password)
    {
        WriteCertificate("pass");

        var result = await new CommandLineDriver(_directory.Path).RunAsync(
            "migrate",
            $"--Secrets:CertificateFile={_directory.File(file)}",
            $"--Secrets:CertificatePassword={password}"
        );

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("Secrets:CertificateFile cannot be used");
    }

    private string WriteCertificate(string password)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest(
            "CN=test",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = _directory.File("own.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, password));
        return path;
    }
}
