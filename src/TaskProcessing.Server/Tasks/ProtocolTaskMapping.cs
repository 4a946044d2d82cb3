using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>A stored task in the form of the wire, for workers that live in this process.</summary>
internal static class ProtocolTaskMapping
{
    public static ProtocolTask ToProtocol(this ProcessingTask task) => new()
    {
        Id = task.Id,
        Type = task.Type,
        LastUpdated = task.LastUpdated.ToUnixTimeSeconds(),
        Status = task.Status,
        UserId = task.UserId,
        AppId = task.AppId,
        Input = JsonElement.Parse(task.Input),
        Output = task.Output is null ? null : JsonElement.Parse(task.Output),
        CustomId = task.CustomId,
        CompletionExpectedAt = task.CompletionExpectedAt?.ToUnixTimeSeconds(),
        Progress = task.Progress,
        ScheduledAt = task.ScheduledAt.ToUnixTimeSeconds(),
        StartedAt = task.StartedAt?.ToUnixTimeSeconds(),
        EndedAt = task.EndedAt?.ToUnixTimeSeconds(),
        AllowCleanup = task.AllowCleanup,
        IncludeWatermark = task.IncludeWatermark,
        UserFacingErrorMessage = task.UserFacingErrorMessage,
        PreferStreaming = task.PreferStreaming,
    };
}
