using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Files;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks;

internal static class TaskServices
{
    /// <summary>The use cases of tasks. The store brings the signal that wakes waiting requests.</summary>
    public static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddSingleton(Random.Shared);

        services.AddSingleton<TaskTelemetry>();

        services.AddSingleton<ScheduleTask>();
        services.AddSingleton<RequeueTask>();
        services.AddSingleton<CancelTask>();
        services.AddSingleton<DeleteTask>();
        services.AddSingleton<RemoveOldTasks>();
        services.AddSingleton<WakeDelayedTasks>();

        services.AddSingleton<LeaseTerms>();
        services.AddSingleton<ClaimTasks>();
        services.AddSingleton<RenewLease>();
        services.AddSingleton<ReleaseTask>();
        services.AddSingleton<ReturnLostTasks>();

        services.AddSingleton<ReportProgress>();
        services.AddSingleton<StreamOutput>();
        services.AddSingleton<FinishTask>();
        services.AddSingleton<FinishTasks>();

        services.AddSingleton<FindTask>();
        services.AddSingleton<FindQueuePosition>();
        services.AddSingleton<FollowTask>();
        services.AddSingleton<FollowTasks>();

        services.AddSingleton<Throughput>();
        services.AddSingleton<ReadTaskOverview>();

        services.AddSingleton<FindTaskFile>();
        services.AddSingleton<AddTaskFile>();
        return services;
    }
}
