using System.Net;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>A result on its way.</summary>
internal sealed class PendingResult(ClaimedTask task, TaskResult result, CancellationToken cancellationToken)
{
    private readonly string? _output = result.Output?.ToJson();

    public ClaimedTask Task => task;

    /// <summary>Its worker does not wait for the answer any more.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The server's answer.</summary>
    public TaskCompletionSource<ProcessingStatus?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>About how long it is, in characters.</summary>
    public int Length => (_output?.Length ?? 0) + (result.ErrorMessage?.Length ?? 0) + (result.UserFacingErrorMessage?.Length ?? 0);

    /// <summary>The fields of the result, into an object that is open.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WritePropertyName("output");
        if (_output is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(_output);
        json.WriteString("errorMessage", result.ErrorMessage);
        json.WriteString("userFacingErrorMessage", result.UserFacingErrorMessage);
        if (result.Retryable)
            json.WriteBoolean("retryable", true);
        if (result.RetryAfter is { } retryAfter)
            json.WriteNumber("retryAfter", (int)Math.Ceiling(retryAfter.TotalSeconds));
    }

    /// <summary>Takes the answer out of the outcome that a call for many results has for this one.</summary>
    public void Conclude(JsonElement outcome)
    {
        var code = outcome.GetProperty("statuscode").GetInt32();
        if (code == 404)
            Answer.TrySetResult(null);
        else if (code is >= 200 and < 300)
            Answer.TrySetResult(ProcessingStatusNames.FromWire(outcome.GetProperty("status").GetString()));
        else
            Answer.TrySetException(new OcsException(outcome.GetProperty("message").GetString()!, (HttpStatusCode)code, code));
    }
}
