using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Reading;

/// <summary>What a list shows of a task.</summary>
internal sealed record TaskHead(
    long Id,
    int ProjectId,
    string Type,
    ProcessingStatus Status,
    double? Progress,
    int? TotalSteps,
    DateTimeOffset ScheduledAt
);
