using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Upkeep;

/// <summary>What has to be done before the first request: the schema, the first account, the catalogue.</summary>
internal sealed partial class ServerStart(
    StoreMigrator migrator,
    IAccountStore accounts,
    CreateAccount createAccount,
    LocalProviders localProviders,
    AvailableTaskTypes taskTypes,
    ChangeWatcher changes,
    IStoreProbe probe,
    IOptions<StoreOptions> store,
    ILogger<ServerStart> logger) : IHostedLifecycleService
{
    /// <summary>Before any other service starts: Data Protection already wants its keys from the database.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (store.Value.MigrateOnStart)
            await migrator.MigrateAsync(cancellationToken);
        if (await probe.ListUnsafeSettingsAsync(cancellationToken) is { Count: > 0 } settings)
            Log.Unsafe(logger, migrator.Location, string.Join(", ", settings));
        if (!await accounts.AnyAsync(cancellationToken))
            await CreateFirstAccountAsync(cancellationToken);

        // The worker announces them too, but not before the first request could come.
        await taskTypes.SetLocalProvidersAsync(localProviders.Descriptors, cancellationToken);
        await changes.LookAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The password goes to standard output once, not into the log: logs are kept and shipped.</summary>
    private async Task CreateFirstAccountAsync(CancellationToken cancellationToken)
    {
        var password = Passwords.NewToken()[..20];
        if (await createAccount.RunAsync("admin", password, displayName: null, isAdmin: true, cancellationToken) is not null)
            return;

        Log.FirstAccount(logger);
        await Console.Out.WriteLineAsync($"First start: user \"admin\" has the password {password}");
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Location} has these settings off: {Settings}. What it has acknowledged may be lost when its machine fails")]
        public static partial void Unsafe(ILogger logger, string location, string settings);

        [LoggerMessage(LogLevel.Information, "There was no user, so \"admin\" was created; standard output shows the password once")]
        public static partial void FirstAccount(ILogger logger);
    }
}
