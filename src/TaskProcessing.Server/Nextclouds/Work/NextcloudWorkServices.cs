namespace TaskProcessing.Server.Nextclouds.Work;

internal static class NextcloudWorkServices
{
    /// <summary>The work on tasks of connected Nextclouds.</summary>
    public static IServiceCollection AddNextcloudWork(this IServiceCollection services)
    {
        services.AddSingleton(new NextcloudPace());
        services.AddSingleton<TakeTask>();
        services.AddSingleton<FollowLocalTask>();
        services.AddSingleton<UploadByWebDav>();
        services.AddSingleton<UploadResults>();
        services.AddSingleton<ReportBack>();
        services.AddSingleton<WorkOnTask>();
        services.AddSingleton<FindLostTasks>();
        services.AddSingleton<PollNextcloud>();
        services.AddSingleton<EndAbandonedTasks>();
        services.AddSingleton<WorkForNextcloud>();
        return services;
    }
}
