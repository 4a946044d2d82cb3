using TaskProcessing.Server.Upkeep.Backups;
using TaskProcessing.Server.Upkeep.Jobs;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Upkeep;

internal static class UpkeepServices
{
    /// <summary>The periodic jobs of each serving process, and the maintenance jobs that one of them does for all.</summary>
    public static IServiceCollection AddUpkeep(this IServiceCollection services)
    {
        services.AddSingleton<CloseRevokedConnections>();
        services.AddPeriodicJob<ChangeWatcher>();
        services.AddPeriodicJob<CloseEndedSessions>();
        services.AddPeriodicJob<BlockKeeper>();
        services.AddPeriodicJob<PlaceKeeper>();
        services.AddPeriodicJob<QueueWatcher>();
        services.AddPeriodicJob<QueueKeeper>();
        services.AddPeriodicJob<FileStorageWatcher>();

        services.AddSingleton<IMaintenanceJob, CorrectTimes>();
        services.AddSingleton<IMaintenanceJob, SweepFilesJob>();
        services.AddSingleton<IMaintenanceJob, CheckFilesJob>();
        services.AddSingleton<IMaintenanceJob, RemoveExpiredTasks>();
        services.AddSingleton<IMaintenanceJob, RemoveExpiredIdempotencyKeys>();
        services.AddSingleton<IMaintenanceJob, RemoveOldWebhooks>();
        services.AddSingleton<IMaintenanceJob, RemoveExpiredSessions>();
        services.AddSingleton<IMaintenanceJob, RemoveEndedNextcloudTasks>();
        services.AddSingleton<IMaintenanceJob, RemoveExpiredCounts>();
        services.AddPeriodicJob<MaintenanceRunner>();

        services.AddSingleton<LevelReader>();
        services.AddHostedService<PeriodicJobRunner>();
        services.AddHostedService<NotificationRelay>();
        return services;
    }

    /// <summary>Backups, for commands.</summary>
    public static IServiceCollection AddBackups(this IServiceCollection services)
    {
        services.AddSingleton<MakeBackup>();
        services.AddSingleton<RestoreBackup>();
        services.AddSingleton<ContentCommands>();
        return services;
    }

    private static void AddPeriodicJob<T>(this IServiceCollection services)
        where T : class, IPeriodicJob
    {
        services.AddSingleton<T>();
        services.AddSingleton<IPeriodicJob>(provider => provider.GetRequiredService<T>());
    }
}
