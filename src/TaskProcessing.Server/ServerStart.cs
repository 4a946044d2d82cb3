using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server;

/// <summary>
/// The work at a start: schema and catalogue before the first request, the first account when the server listens.
/// </summary>
internal sealed partial class ServerStart(
    StoreMigrator migrator,
    IAccountStore accounts,
    CreateAccount createAccount,
    LocalProviders localProviders,
    AvailableTaskTypes taskTypes,
    ApplyNextcloudSettings applyNextcloudSettings,
    ChangeWatcher changes,
    IDataProtectionProvider protection,
    IStoreProbe probe,
    IOptions<StoreOptions> store,
    IOptions<DataDirectoryOptions> data,
    IOptions<FilesOptions> files,
    ILogger<ServerStart> logger
) : IHostedLifecycleService
{
    /// <summary>The number of files that a warning names.</summary>
    private const int MaxNames = 10;

    private bool _isFirst;

    /// <summary>Before any other service starts: Data Protection already wants its keys from the database.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be used.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (store.Value.MigrateOnStart)
            await migrator.MigrateAsync(cancellationToken);
        else if (await migrator.ReadStateAsync(cancellationToken) == SchemaState.Missing)
            throw new StoreUnavailableException(
                $"{migrator.Location} does not exist yet; \"taskprocessing migrate\" makes it",
                innerException: null
            );
        await MakeKeysAsync(cancellationToken);
        if (await probe.ListUnsafeSettingsAsync(cancellationToken) is { Count: > 0 } settings)
            Log.Unsafe(logger, migrator.Location, string.Join(", ", settings));
        _isFirst = !await accounts.AnyAsync(cancellationToken);
        WarnOfOpenDirectories();

        // The worker announces them too, but not before the first request could come.
        await taskTypes.SetLocalProvidersAsync(localProviders.Descriptors, cancellationToken);
        await applyNextcloudSettings.RunAsync(cancellationToken);
        await changes.RunAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs when the server listens, because a failed start must not use up the only display of the password.</summary>
    public Task StartedAsync(CancellationToken cancellationToken) =>
        _isFirst ? CreateFirstAccountAsync(cancellationToken) : Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Servers that start together on a new database would each make a key, and know the others' keys only a day later.
    /// </summary>
    private async Task MakeKeysAsync(CancellationToken cancellationToken)
    {
        await using (await migrator.TakeTurnAsync(cancellationToken))
            protection.CreateProtector(nameof(ServerStart)).Protect([]);
    }

    /// <summary>An operator's directories are left as they are: they may be open on purpose.</summary>
    private void WarnOfOpenDirectories()
    {
        foreach (
            var directory in new[] { data.Value.DataDirectory, migrator.Directory, files.Value.Folder }
                .OfType<string>()
                .Select(Path.GetFullPath)
                .Distinct()
        )
        {
            if (!PrivateFiles.IsOpen(directory))
                continue;

            Log.Open(logger, directory);
            if (PrivateFiles.ListReadable(directory) is { Count: > 0 } readable)
                Log.Readable(logger, directory, string.Join(", ", readable.Take(MaxNames)));
        }
    }

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
        [LoggerMessage(
            LogLevel.Warning,
            "{Location} has these settings off: {Settings}. Acknowledged changes may be lost when its machine fails"
        )]
        public static partial void Unsafe(ILogger logger, string location, string settings);

        [LoggerMessage(
            LogLevel.Warning,
            "Other users of this machine can look into {Directory}. "
                + "New files in it are for the server's user alone; \"chmod 700\" closes the directory"
        )]
        public static partial void Open(ILogger logger, string directory);

        [LoggerMessage(
            LogLevel.Warning,
            "Other users of this machine can read these files in {Directory}, which were made before: {Files}. \"chmod 600\" closes them"
        )]
        public static partial void Readable(ILogger logger, string directory, string files);

        [LoggerMessage(LogLevel.Information, "Created the first user \"admin\"; standard output shows its password once")]
        public static partial void FirstAccount(ILogger logger);
    }
}
