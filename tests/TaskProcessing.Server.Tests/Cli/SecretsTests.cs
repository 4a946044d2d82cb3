using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class SecretsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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

    [Fact]
    public async Task A_new_certificate_encrypts_new_keys_while_an_older_one_reads_those_from_before()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var (before, after) = (WriteCertificate("pass"), WriteCertificate("other", "new.pfx"));
        string[] old = [$"--Secrets:CertificateFile={before}", "--Secrets:CertificatePassword=pass"];
        string[] renewed = [$"--Secrets:CertificateFile={after}", "--Secrets:CertificatePassword=other"];
        string[] both = [.. renewed, $"--Secrets:OlderCertificates:0:File={before}", "--Secrets:OlderCertificates:0:Password=pass"];
        await using (var first = Build(database, old))
            (await first.Services.GetRequiredService<AddExApp>().RunAsync(NewApp("llm2"), Token)).Should().BeNull();

        await using (var changed = Build(database, both))
        {
            var now = DateTimeOffset.UtcNow;
            changed.Services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
            (await SecretAsync(changed, "llm2")).Should().Be("hush");
            (await changed.Services.GetRequiredService<AddExApp>().RunAsync(NewApp("llm3"), Token)).Should().BeNull();
        }

        await using var alone = Build(database, renewed);
        (await SecretAsync(alone, "llm3")).Should().Be("hush", "it was stored with a key of the new certificate");
        var older = () => SecretAsync(alone, "llm2");
        await older.Should().ThrowAsync<CryptographicException>();
    }

    [Fact]
    public async Task An_older_certificate_that_cannot_be_used_is_named()
    {
        var result = await new CommandLineDriver(_directory.Path).RunAsync("migrate", "--Secrets:OlderCertificates:0:File=missing.pfx");

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("Secrets:OlderCertificates:0:File cannot be used");
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

    private static NewExApp NewApp(string id) => new(id, "1", "hush", Url: null, Enabled: true);

    private static async Task<string> SecretAsync(WebApplication node, string app) =>
        (await node.Services.GetRequiredService<ExAppDirectory>().FindAsync(app, Token))!.Secret;

    private static WebApplication Build(TestDatabase database, string[] settings) =>
        ServerBuilder.Create([$"--DataDirectory={database.DataDirectory}", .. settings]).AddTaskProcessing().Build();

    private string WriteCertificate(string password, string name = "own.pfx") => TestCertificate.Write(_directory.File(name), password);
}
