using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Tasks.Reporting;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>
/// The answer of <c>results</c>: <c>{"results": [{id, statuscode, message, status}, …]}</c>, in the order of the request.
/// </summary>
internal sealed record ResultOutcomesData(IReadOnlyList<ResultOutcome> Outcomes) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteStartArray("results"u8);
        foreach (var outcome in Outcomes)
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, outcome.TaskId);
            json.WriteNumber("statuscode"u8, outcome.StatusCode);
            json.WriteString("message"u8, style.Language.Translate(outcome.Message));
            json.WriteString("status"u8, outcome.Status?.ToWire());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>The outcome of one result of a batch.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="StatusCode">The status that a call for this task alone would have.</param>
/// <param name="Message">OK, or the error.</param>
/// <param name="Status">The task's status now; null when the result did not reach a task.</param>
internal sealed record ResultOutcome(long TaskId, int StatusCode, string Message, ProcessingStatus? Status = null)
{
    private ResultOutcome(long taskId, Problem problem)
        : this(taskId, problem.Status, problem.Message) { }

    /// <param name="entry">The entry of the request.</param>
    /// <param name="outcome">Null when the entry could not be read.</param>
    public static ResultOutcome Of(ResultEntry entry, ReportOutcome? outcome) =>
        outcome switch
        {
            null => new(entry.TaskId, StatusCodes.Status400BadRequest, entry.Problem!),
            ReportOutcome.Accepted accepted => new(entry.TaskId, StatusCodes.Status200OK, "OK", accepted.Task.Status),
            _ => new(entry.TaskId, Problem.Of(outcome)),
        };
}
