using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// Brings results to a server. As long as few come, each has a call of its own; what piles up behind calls that are under
/// way goes together, on servers that know such a call. No result waits for company.
/// </summary>
/// <param name="connection">To the server.</param>
/// <param name="deliverAlone">The call for a single result.</param>
internal sealed class ResultDelivery(OcsConnection connection, Func<PendingResult, ValueTask<ProcessingStatus?>> deliverAlone)
{
    private const string Route = "ocs/v2.php/taskprocessing/tasks_provider/results";
    private const int MostCalls = 4;
    private const int MostResults = 100;

    // Far below the size of a body that servers take, also when the last result is a large one.
    private const int EnoughCharacters = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<PendingResult> _waiting = new();
    private int _calls;
    private volatile bool _batchUnknown;

    /// <returns>The task's status after the result, null when the task is gone.</returns>
    /// <exception cref="OcsException">The server could not be told, or refused the result.</exception>
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
            if (_calls == MostCalls)
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
        for (List<PendingResult> together = [first]; together.Count > 0; together = TakeWaiting())
        {
            if (together.Count == 1 || _batchUnknown)
                await Task.WhenAll(together.Select(SendAsync)).ConfigureAwait(false);
            else
                await SendTogetherAsync(together).ConfigureAwait(false);
        }
    }

    /// <summary>What goes into the next call; nothing ends the calls.</summary>
    private List<PendingResult> TakeWaiting()
    {
        lock (_lock)
        {
            var together = new List<PendingResult>();
            for (var characters = 0; together.Count < MostResults && characters < EnoughCharacters && _waiting.TryDequeue(out var next);)
            {
                if (next.CancellationToken.IsCancellationRequested)
                    continue;

                together.Add(next);
                characters += next.Length;
            }

            if (together.Count == 0)
                _calls--;
            return together;
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

    private async Task SendTogetherAsync(List<PendingResult> together)
    {
        using var request = connection.Request(HttpMethod.Post, Route);
        request.Content = OcsConnection.Json(json => WriteTogether(json, together));
        try
        {
            var data = await connection.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
            if (data is not { } answer || !answer.TryGetProperty("results", out var outcomes) || outcomes.GetArrayLength() != together.Count)
                throw new OcsException("The server did not say what became of each result.", System.Net.HttpStatusCode.OK);

            foreach (var (pending, outcome) in together.Zip(outcomes.EnumerateArray()))
                pending.Conclude(outcome);
        }
        catch (OcsException unknown) when (unknown.Kind == OcsErrorKind.NotFound || unknown.HttpStatus == System.Net.HttpStatusCode.MethodNotAllowed)
        {
            // Nextcloud has no such route, which is not worth another try.
            _batchUnknown = true;
            await Task.WhenAll(together.Select(SendAsync)).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            foreach (var pending in together)
                pending.Answer.TrySetException(problem);
        }
    }

    private static void WriteTogether(Utf8JsonWriter json, List<PendingResult> together)
    {
        json.WriteStartArray("results");
        foreach (var pending in together)
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
