namespace TaskProcessing.Server.Providers;

/// <summary>Takes a provider that an app brings; it is effective when the call returns.</summary>
internal sealed partial class RegisterProvider(IExAppStore exApps, AvailableTaskTypes taskTypes, ILogger<RegisterProvider> logger)
{
    /// <param name="appId">The app.</param>
    /// <param name="provider">The provider as JSON text.</param>
    /// <param name="customTaskType">The task type that it brings, as JSON text; null without one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it was refused; the log has the reason, because apps cannot get it.</returns>
    public async Task<bool> RunAsync(string appId, string provider, string? customTaskType, CancellationToken cancellationToken)
    {
        var (descriptor, problem) = ProviderDocument.Parse(provider, customTaskType);
        if (descriptor is null)
        {
            Log.Refused(logger, appId, problem!);
            return false;
        }

        var registration = new StoredRegistration
        {
            AppId = appId,
            ProviderId = descriptor.Id,
            DisplayName = descriptor.Name,
            TaskType = descriptor.TaskType,
            Provider = provider,
            CustomTaskType = customTaskType,
        };
        await exApps.RegisterAsync(registration, cancellationToken);
        await taskTypes.RefreshAsync(cancellationToken);
        Log.Registered(logger, appId, descriptor.Id, descriptor.TaskType);
        if (descriptor.UnknownShapes() is { Count: > 0 } unknown)
            Log.NotOffered(logger, descriptor.Id, string.Join(", ", unknown));
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "App {AppId} registered provider {ProviderId} for {TaskType}")]
        public static partial void Registered(ILogger logger, string appId, string providerId, string taskType);

        [LoggerMessage(
            LogLevel.Information,
            "Provider {ProviderId} is not offered: this server does not know the shape types {Numbers}, a newer one may"
        )]
        public static partial void NotOffered(ILogger logger, string providerId, string numbers);

        [LoggerMessage(LogLevel.Warning, "Rejected a provider of app {AppId}: {Problem}")]
        public static partial void Refused(ILogger logger, string appId, string problem);
    }
}
