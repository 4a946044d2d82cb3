using TaskProcessing.Benches;

namespace Soak.Scenes;

/// <summary>Accounts and provider apps that come and go.</summary>
internal sealed class AccountScenes(Stage stage)
{
    /// <summary>The prefix of accounts that are removed again.</summary>
    public const string Visitor = "visitor";

    /// <summary>An account is added, is used, and is removed with a stream open, a task waiting and a file kept.</summary>
    public async Task VisitAsync(Random random, CancellationToken cancellationToken)
    {
        var (admin, name) = (stage.AsAdmin(), stage.NewName(Visitor));
        var users = $"{Caller.Tasks}/admin/users";
        await admin.PostAsync(users, new { id = name, password = $"password of {name}" }, cancellationToken);
        var made = await admin.PostAsync($"{users}/{name}/app_passwords", new { name = "soak" }, cancellationToken);
        var user = Caller.User(stage.Http, stage.Tally, new Person(name, "", made.Data.GetProperty("appPassword").GetString()!));
        await user.CallAsync("PUT", $"/remote.php/dav/files/{name}/kept.bin", FileScenes.Bytes(random, 50_000), [201], cancellationToken);
        var task = new
        {
            type = Cast.Text,
            appId = "soak",
            input = new { input = "of a visitor" },
        };
        await user.PostAsync($"{Caller.Tasks}/schedule", task, cancellationToken);
        using var stream = await user.SendAsync(
            "GET",
            $"{Caller.Tasks}/tasks/events",
            null,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        await admin.DeleteAsync($"{users}/{name}", cancellationToken);
        await user.CallAsync("GET", "/ocs/v2.php/cloud/user", null, [401], cancellationToken);
    }

    /// <summary>An app offers a provider, keeps a setting, and takes both back.</summary>
    public async Task OfferAsync(Random random, CancellationToken cancellationToken)
    {
        var (app, name) = (stage.AsApp(), stage.NewName("provider"));
        stage.Offered[name] = true;
        await app.PostAsync(Callers.Registrations, Callers.Registration(name, "core:text2text:proofread"), cancellationToken);
        await app.PostAsync(Stage.Settings, new { configKey = name, configValue = "value" }, cancellationToken);
        await stage.WithdrawAsync(name, cancellationToken);
        await app.GetAsync($"{Caller.Tasks}/tasks_consumer/tasktypes", cancellationToken);
    }

    /// <summary>An operator disables an app, and enables it again.</summary>
    public async Task SwitchAsync(Random random, CancellationToken cancellationToken)
    {
        foreach (var enabled in new[] { false, true })
            await stage.AsAdmin().PostAsync($"{Caller.Tasks}/admin/apps/{Cast.OtherApp}/enabled", new { enabled }, cancellationToken);
    }
}
