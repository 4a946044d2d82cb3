using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Nextclouds.Work;

internal static class NextcloudTaskSteps
{
    private static readonly JsonElement NoInput = JsonElement.Parse("{}");

    /// <summary>A task that was just handed out.</summary>
    public static NextcloudTask ToRow(this ClaimedTask claimed, string nextcloudId, DateTimeOffset now) =>
        claimed.Task.ToRow(nextcloudId, claimed.Claim, now);

    /// <inheritdoc cref="ToRow(ClaimedTask, string, DateTimeOffset)"/>
    public static NextcloudTask ToRow(this ProtocolTask task, string nextcloudId, long? claim, DateTimeOffset now) =>
        new()
        {
            NextcloudId = nextcloudId,
            RemoteId = task.Id,
            RemoteUser = task.UserId,
            Type = task.Type,
            AppId = task.AppId,
            Input = task.Input.GetRawText(),
            PreferStreaming = task.PreferStreaming,
            IncludeWatermark = task.IncludeWatermark,
            Claim = claim,
            Key = $"{nextcloudId}:{task.Id}:{Guid.CreateVersion7(now):N}",
            TakenAt = now,
        };

    /// <summary>The task as reports name it.</summary>
    public static ClaimedTask ToClaimed(this NextcloudTask task) =>
        new(
            new ProtocolTask
            {
                Id = task.RemoteId,
                Type = task.Type,
                Status = ProcessingStatus.Running,
                Input = NoInput,
            },
            ProviderId: ""
        )
        {
            Claim = task.Claim,
        };

    /// <summary>As the store has moved the row.</summary>
    public static void Finish(this NextcloudTask task, NextcloudFailure? failure, DateTimeOffset now)
    {
        task.State = NextcloudTaskState.Finishing;
        (task.Failure, task.ShownFailure) = (failure?.Message, failure?.Shown);
        task.ResultSince = now;
    }

    /// <summary>True when the result names files that were put among the user's own.</summary>
    public static bool NamesFilesOfUser(this NextcloudTask task) =>
        task.Failure is null && UploadedFiles.Read(task.Uploads).Values.Any(file => file.IsOfUser);
}
