using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// Sends results to a server. While few come, each has a call of its own. Results that pile up behind calls under way are
/// sent together, on servers with such a call. No result waits for others.
/// </summary>
/// <param name="connection">To the server.</param>
/// <param name="deliverAlone">The call for a single result.</param>
internal sealed class ResultDelivery(OcsConnection connection, Func<PendingResult, ValueTask<ProcessingStatus?>> deliverAlone)
{
    private const string Route = "ocs/v2.php/taskprocessing/tasks_provider/results";
    private const int MaxCalls = 4;
    private const int MaxResults = 100;

    // Far below the size of a body that servers take, also when the last result is a large one.
    private const int EnoughCharacters = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<PendingResult> _waiting = new();
    private int _calls;
    private volatile bool _isBatchUnknown;

    /// <returns>The task's status after the result, null when the task is gone.</returns>
    /// <exception cref="OcsException">The server could not be reached, or refused the result.</exception>
    public async ValueTask<ProcessingStatus?> DeliverAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken)
    {
        var pending = new PendingResult(task, result, cancellationToken);
        if (!WaitsForOthers(pending))
            _ = CallAsync(pending);
        return await pending.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool WaitsForOthers(PendingResult pending)
    {
        lock (_lock)
        {
            if (_calls == MaxCalls)
            {
                _waiting.Enqueue(pending);
                return true;
            }

            _calls++;
            return false;
        }
    }

    private async Task CallAsync(PendingResult first)
    {
        for (List<PendingResult> batch = [first]; batch.Count > 0; batch = TakeWaiting())
        {
            if (batch.Count == 1 || _isBatchUnknown)
                await Task.WhenAll(batch.Select(SendAsync)).ConfigureAwait(false);
            else
                await SendBatchAsync(batch).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the results for the next call; an empty list ends the sending.</summary>
    private List<PendingResult> TakeWaiting()
    {
        lock (_lock)
        {
            var batch = new List<PendingResult>();
            var characters = 0;
            while (batch.Count < MaxResults && characters < EnoughCharacters && _waiting.TryDequeue(out var next))
            {
                if (next.CancellationToken.IsCancellationRequested)
                    continue;

                batch.Add(next);
                characters += next.Length;
            }

            if (batch.Count == 0)
                _calls--;
            return batch;
        }
    }

    private async Task SendAsync(PendingResult pending)
    {
        try
        {
            pending.Answer.TrySetResult(await deliverAlone(pending).ConfigureAwait(false));
        }
        catch (Exception problem)
        {
            pending.Answer.TrySetException(problem);
        }
    }

    private async Task SendBatchAsync(List<PendingResult> batch)
    {
        using var request = connection.Request(HttpMethod.Post, Route);
        request.Content = OcsConnection.Json(json => WriteBatch(json, batch));
        try
        {
            var data = await connection.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
            if (data is not { } answer || !answer.TryGetProperty("results", out var outcomes) || outcomes.GetArrayLength() != batch.Count)
                throw new OcsException("The server did not say what became of each result.", System.Net.HttpStatusCode.OK);

            foreach (var (pending, outcome) in batch.Zip(outcomes.EnumerateArray()))
                pending.Conclude(outcome);
        }
        catch (OcsException unknown)
            when (unknown.Kind == OcsErrorKind.NotFound || unknown.HttpStatus == System.Net.HttpStatusCode.MethodNotAllowed)
        {
            // Nextcloud has no such route, which is not worth another try.
            _isBatchUnknown = true;
            await Task.WhenAll(batch.Select(SendAsync)).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            foreach (var pending in batch)
                pending.Answer.TrySetException(problem);
        }
    }

    private static void WriteBatch(Utf8JsonWriter json, List<PendingResult> batch)
    {
        json.WriteStartArray("results");
        foreach (var pending in batch)
        {
            json.WriteStartObject();
            json.WriteNumber("id", pending.Task.Task.Id);
            pending.Write(json);
            if (pending.Task.Claim is { } claim)
                json.WriteNumber("claim", claim);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
