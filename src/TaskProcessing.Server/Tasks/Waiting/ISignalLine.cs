namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>How the processes on one database hear of each other's changes.</summary>
internal interface ISignalLine
{
    /// <summary>Whether notices reach other processes. Without that, processes look every <see cref="LookInterval"/>.</summary>
    bool CarriesNotices { get; }

    /// <summary>How often to look for what no notice told.</summary>
    TimeSpan LookInterval { get; }

    /// <summary>A number that moves with every change that somebody makes in the database; null when it takes a look to know.</summary>
    Task<long?> ReadMarkAsync(CancellationToken cancellationToken);

    /// <summary>Tells the other processes; those that do not listen now will not hear of it.</summary>
    Task SendAsync(IReadOnlyCollection<TaskNotice> notices, CancellationToken cancellationToken);

    /// <summary>Hears what others tell until it is cancelled or the connection breaks, which throws.</summary>
    /// <param name="connected">Called once it listens: what happened before may have been missed.</param>
    /// <param name="hear">Called for every notice; must be quick.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ListenAsync(Action connected, Action<TaskNotice> hear, CancellationToken cancellationToken);
}

/// <summary>What happened, as far as those who wait need to know.</summary>
internal abstract record TaskNotice
{
    private TaskNotice()
    {
    }

    /// <summary>A task of the type can be claimed.</summary>
    public sealed record Scheduled(string Type) : TaskNotice;

    /// <summary>A task changed, or is gone.</summary>
    public sealed record Changed(long TaskId, string? UserId) : TaskNotice;

    /// <summary>Something that is kept in memory changed: accounts, apps or providers.</summary>
    public sealed record CachesOutdated : TaskNotice;
}
