namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>The stage of an app's start, and its last signs of life.</summary>
internal sealed class ExAppStatus
{
    public required string AppId { get; init; }

    public ExAppStage Stage { get; init; }

    /// <summary>The time of the last change of the stage, or of the app's own progress within it.</summary>
    public DateTimeOffset? StageSince { get; init; }

    /// <summary>The progress of the app's preparation, 0 to 100; null until it was asked to prepare itself.</summary>
    public int? InitProgress { get; init; }

    /// <summary>The version of the app that has prepared itself; it need not do it again.</summary>
    public string? InitVersion { get; init; }

    /// <summary>The last obstacle of the start; null without one.</summary>
    public string? Problem { get; init; }

    /// <summary>The app's last sign of life: a call, or an answer to one. Up to half a minute behind.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>The time when the app last asked for tasks.</summary>
    public DateTimeOffset? PolledAt { get; init; }

    /// <summary>The version that the app named last.</summary>
    public string? SeenVersion { get; init; }

    /// <summary>The time when a call in the app's name was last refused; <see cref="Refusal"/> has the reason.</summary>
    public DateTimeOffset? RefusedAt { get; init; }

    public string? Refusal { get; init; }

    /// <summary>The process that brings the app up or down now, until <see cref="DriverUntil"/>.</summary>
    public string? Driver { get; init; }

    public DateTimeOffset? DriverUntil { get; init; }
}
