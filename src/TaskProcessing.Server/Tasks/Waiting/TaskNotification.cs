namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>A change, as far as waiting requests need to know it.</summary>
internal abstract record TaskNotification
{
    private TaskNotification() { }

    /// <summary>A task of the type can be claimed.</summary>
    public sealed record Scheduled(string Type) : TaskNotification;

    /// <summary>A task changed, or was deleted.</summary>
    public sealed record Changed(long TaskId, string? UserId) : TaskNotification;

    /// <summary>Something that is kept in memory changed: accounts, apps or providers.</summary>
    public sealed record CachesOutdated : TaskNotification;
}
