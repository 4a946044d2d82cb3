using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>What every version must call the purposes of encrypted values: under another name nothing that is stored can be read.</summary>
public sealed class StoredSecretTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_that_an_earlier_version_stored_can_be_read()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var services = new ServiceCollection().AddLogging();
        services.AddDataProtection().SetApplicationName("TaskProcessing");
        await using var earlier = database.AddTo(services).BuildServiceProvider();
        var key = WebhookKey.New().Text;
        await database.Get<IWebhookStore>().GetOrAddKeyAsync(Protect("TaskProcessing.WebhookKey", key), Token);
        await using var server = await TestServer.StartAsync(database, settings: null);
        await server.AddExAppAsync("app");
        var setting = new ExAppSetting
        {
            AppId = "app",
            Key = "token",
            Value = Protect("TaskProcessing.ExAppSetting", "of the app"),
            Sensitive = true,
        };
        await database.Get<IExAppSettingStore>().SaveAsync(setting, Token);

        var app = new ExApp
        {
            Id = "app",
            Version = "1.0.0",
            ProtectedSecret = Protect("TaskProcessing.ExAppSecret", "app's"),
            CreatedAt = default,
        };
        server.Get<ExAppSecrets>().Open(app).Secret.Should().Be("app's");
        var nextcloud = new Nextcloud
        {
            Id = "cloud",
            Url = "https://cloud.example",
            AppId = "app",
            AppVersion = "1.0.0",
            ProtectedSecret = Protect("TaskProcessing.NextcloudSecret", "Nextcloud's"),
            CreatedAt = default,
        };
        server.Get<NextcloudSecrets>().Unprotect(nextcloud).Should().Be("Nextcloud's");
        (await server.Get<KeepExAppSettings>().ListAsync("app", null, ["token"], Token)).Single().Value.Should().Be("of the app");
        (await server.Get<WebhookKeys>().GetAsync(Token)).Select(known => known.Text).Should().Equal(key);

        string Protect(string purpose, string text) =>
            earlier.GetRequiredService<IDataProtectionProvider>().CreateProtector(purpose).Protect(text);
    }
}
