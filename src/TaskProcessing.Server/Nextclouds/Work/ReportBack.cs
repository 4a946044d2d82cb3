using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Ends a task at its Nextcloud, exactly once: a result whose arrival is in doubt is looked for before it is sent again, because there
/// the last result wins and each one sends its webhooks.
/// </summary>
internal sealed class ReportBack(
    INextcloudTaskStore claimed,
    ITaskStore tasks,
    UploadResults uploadResults,
    NextcloudPace pace,
    TimeProvider time
)
{
    /// <summary>How often a refusal that seldom passes is tried.</summary>
    private const int MostTries = 3;

    /// <summary>Longer than the client's own limit for a call, so that none is under way after its end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(70);

    /// <summary>A Nextcloud that has been away for this long gets no result any more.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    /// <summary>Moves the row to ended.</summary>
    /// <param name="held">Its connection.</param>
    /// <param name="task">The row.</param>
    /// <param name="delivery">What is known of the earlier tries; changed along the way.</param>
    /// <param name="cancellationToken">Ends waits, and no call that is under way.</param>
    /// <exception cref="OcsException">The Nextcloud cannot be told now.</exception>
    public async Task RunAsync(HeldNextcloud held, NextcloudTask task, Delivery delivery, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - task.ResultSince > LongestWait)
        {
            await EndAsync(held, task, NextcloudTaskEnd.GivenUp);
            return;
        }

        if (delivery.MayHaveArrived && await HasEndedThereAsync(held, task, cancellationToken))
            return;

        var local = task.Failure is null ? await tasks.FindAsync(task.TaskId!.Value, cancellationToken) : null;
        if (local is { Status: ProcessingStatus.Cancelled } && await CancelThereAsync(held, task, cancellationToken))
            return;

        try
        {
            var result = await ResultAsync(held, task, local, cancellationToken);
            if (result is null)
                return;

            await SendAsync(held, task, result, delivery, cancellationToken);
        }
        catch (OcsException error) when (error.IsInternalError || error.Kind == OcsErrorKind.InvalidInput)
        {
            await RefusedAsync(held, task, delivery, error, cancellationToken);
        }
    }

    /// <returns>The result; null when it has become an error meanwhile, which the next run sends.</returns>
    private async Task<TaskResult?> ResultAsync(
        HeldNextcloud held,
        NextcloudTask task,
        ProcessingTask? local,
        CancellationToken cancellationToken
    )
    {
        if (task.Failure is { } message)
            return Error(message, task.ShownFailure);
        if (local is { Status: ProcessingStatus.Successful, Output: { } output })
        {
            switch (await uploadResults.RunAsync(held, task, local, output, cancellationToken))
            {
                case UploadedOutput.Ready ready:
                    return new TaskResult { Output = TaskOutput.FromJson(ready.Output) };
                case UploadedOutput.Refused refused:
                    await FailInsteadAsync(held, task, refused.Failure);
                    return null;
            }
        }

        var words =
            local?.Status == ProcessingStatus.Cancelled
                ? "The task was cancelled by an administrator of the provider."
                : "The result of the task was removed before it could be delivered. Please try again.";
        return Error(words, words);
    }

    private async Task SendAsync(
        HeldNextcloud held,
        NextcloudTask task,
        TaskResult result,
        Delivery delivery,
        CancellationToken cancellationToken
    )
    {
        var before = delivery.MayHaveArrived;
        // Before the call: whatever goes wrong after it, it may have arrived.
        delivery.MayHaveArrived = true;
        try
        {
            var status = await held.CallAsync((client, token) => FinishAsync(client, task, result, token), Patience, held.Lost);
            if (status is { } running && !running.IsFinal())
                throw new OcsException($"The result was taken, but the task is {running.ToWire()}.", System.Net.HttpStatusCode.OK);

            if (delivery.IsReportInDoubt)
            {
                // The late report would set the task back to running.
                delivery.IsReportInDoubt = false;
                await Task.Delay(pace.Doubt, time, cancellationToken);
                if (await held.SeeAsync(task, cancellationToken) is { Task: { } seen } && !seen.Status.IsFinal())
                {
                    delivery.MayHaveArrived = false;
                    return;
                }
            }

            await EndAsync(held, task, EndOf(status));
        }
        catch (OcsException error) when (!NextcloudTroubles.MayHaveWorked(error))
        {
            delivery.MayHaveArrived = before;
            throw;
        }
    }

    /// <summary>An output may name files of the user when it is sent in that user's name.</summary>
    private static async Task<ProcessingStatus?> FinishAsync(
        NextcloudClient client,
        NextcloudTask task,
        TaskResult result,
        CancellationToken cancellationToken
    )
    {
        if (!task.NamesFilesOfUser())
            return await client.Work.FinishAsync(task.ToClaimed(), result, cancellationToken);

        var calls = client.CallsAs(task.RemoteUser!);
        using var request = calls.Request(HttpMethod.Post, $"ocs/v2.php/taskprocessing/tasks_provider/{task.RemoteId}/result");
        request.Content = OcsConnection.Json(new PendingResult(task.ToClaimed(), result, cancellationToken).Write);
        return await calls.SendAsync(request, cancellationToken) is { } data
            ? ProtocolTask.FromData(data).Status
            : ProcessingStatus.Unknown;
    }

    /// <summary>A refusal for good: after a few tries an error takes the place of the result, and after that nothing can be done.</summary>
    private async Task RefusedAsync(
        HeldNextcloud held,
        NextcloudTask task,
        Delivery delivery,
        OcsException error,
        CancellationToken cancellationToken
    )
    {
        delivery.Refusals++;
        if (error.IsInternalError && delivery.Refusals < MostTries)
            throw error;
        if (delivery.MayHaveArrived && await HasEndedThereAsync(held, task, cancellationToken))
            return;

        delivery.Refusals = 0;
        if (task.Failure is not null)
        {
            await EndAsync(held, task, NextcloudTaskEnd.GivenUp);
            return;
        }

        await FailInsteadAsync(
            held,
            task,
            new NextcloudFailure(
                $"The Nextcloud refuses the result: {error.Message} Its task type may have been removed there meanwhile.",
                "The result could not be stored."
            )
        );
    }

    private async Task<bool> HasEndedThereAsync(HeldNextcloud held, NextcloudTask task, CancellationToken cancellationToken)
    {
        if (await held.SeeAsync(task, cancellationToken) is not { } sight)
            return false;
        if (sight.Task is { } seen && !seen.Status.IsFinal())
            return false;

        await EndAsync(held, task, EndOf(sight.Task?.Status));
        return true;
    }

    private async Task<bool> CancelThereAsync(HeldNextcloud held, NextcloudTask task, CancellationToken cancellationToken)
    {
        if (await held.TryCancelAsync(task, cancellationToken) is not { } status || !status.IsFinal())
            return false;

        await EndAsync(held, task, EndOf(status));
        return true;
    }

    private async Task FailInsteadAsync(HeldNextcloud held, NextcloudTask task, NextcloudFailure failure)
    {
        HoldException.ThrowUnless(await claimed.TryFailInsteadAsync(task.Id, held.Holder, failure, CancellationToken.None));
        (task.Failure, task.ShownFailure) = (failure.Message, failure.Shown);
    }

    private async Task EndAsync(HeldNextcloud held, NextcloudTask task, NextcloudTaskEnd end)
    {
        HoldException.ThrowUnless(await claimed.TryEndAsync(task.Id, held.Holder, end, time.GetUtcNow(), CancellationToken.None));
        (task.State, task.End) = (NextcloudTaskState.Ended, end);
    }

    private static NextcloudTaskEnd EndOf(ProcessingStatus? status) =>
        status switch
        {
            null => NextcloudTaskEnd.Gone,
            ProcessingStatus.Cancelled => NextcloudTaskEnd.Cancelled,
            _ => NextcloudTaskEnd.Told,
        };

    /// <summary>Before version 33 a Nextcloud drops what is meant for the user, so the sentence stands in both.</summary>
    private static TaskResult Error(string message, string? shown) =>
        new()
        {
            ErrorMessage =
                string.IsNullOrEmpty(shown) || message.Contains(shown, StringComparison.Ordinal) ? message : $"{shown} ({message})",
            UserFacingErrorMessage = string.IsNullOrEmpty(shown) ? null : shown,
        };
}

/// <summary>What is known of the tries to end a task there.</summary>
internal sealed class Delivery
{
    /// <summary>True when a result may have arrived although no answer said so.</summary>
    public bool MayHaveArrived { get; set; }

    /// <summary>True when a report before it got no answer, and may take effect after the result.</summary>
    public bool IsReportInDoubt { get; set; }

    public int Refusals { get; set; }
}
