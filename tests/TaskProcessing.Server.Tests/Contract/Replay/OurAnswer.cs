using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>Makes the answers that this server gives instead of recorded ones, in the version and format of the call.</summary>
internal static class OurAnswer
{
    /// <summary>A handler's success.</summary>
    public static RecordedAnswer Success(RecordedCall call, RecordedAnswer recorded, JsonNode? data, bool asJson = true) =>
        Envelope(call, recorded, 200, call.IsVersion1 ? 100 : 200, "OK", data, asJson, isOutsideHandler: false);

    /// <summary>A failure that a handler foresaw.</summary>
    public static RecordedAnswer Failure(RecordedCall call, RecordedAnswer recorded, int status, string message, bool asJson = true) =>
        Envelope(call, recorded, call.IsVersion1 ? 200 : status, status, "", Message(message), asJson, isOutsideHandler: false);

    /// <summary>
    /// Refused before a handler ran: but for bad parameters the status is the same on both versions, and the message stands in
    /// both places.
    /// </summary>
    public static RecordedAnswer Refusal(RecordedCall call, RecordedAnswer recorded, int status, string message) =>
        Envelope(
            call,
            recorded,
            call.IsVersion1 && status == 400 ? 200 : status,
            status,
            message,
            Message(message),
            recorded.Kind != "xml",
            isOutsideHandler: true
        );

    /// <summary>A scheduled task, as its scheduling answers it.</summary>
    public static JsonObject ScheduledTask(string type, JsonNode input) => Task(type, input, "STATUS_SCHEDULED", output: null);

    /// <summary>A task that a worker has just answered without claiming it.</summary>
    public static JsonObject FinishedTask(string type, JsonNode input, JsonNode? output)
    {
        var data = Task(type, input, output is null ? "STATUS_FAILED" : "STATUS_SUCCESSFUL", output);
        data["task"]!["progress"] = 1;
        data["task"]!["endedAt"] = "<time>";
        return data;
    }

    private static JsonObject Task(string type, JsonNode input, string status, JsonNode? output) =>
        new()
        {
            ["task"] = new JsonObject
            {
                ["id"] = "<task>",
                ["type"] = type,
                ["lastUpdated"] = "<time>",
                ["status"] = status,
                ["userId"] = "alice",
                ["appId"] = "oracle",
                ["input"] = input.DeepClone(),
                ["output"] = output?.DeepClone(),
                ["customId"] = "",
                ["completionExpectedAt"] = "<scheduledAt + 30>",
                ["progress"] = null,
                ["scheduledAt"] = "<time>",
                ["startedAt"] = null,
                ["endedAt"] = null,
                ["allowCleanup"] = true,
                ["includeWatermark"] = true,
                ["userFacingErrorMessage"] = null,
                ["preferStreaming"] = false,
            },
        };

    /// <summary>A JSON value as its XML shows it.</summary>
    public static JsonNode InXml(JsonNode? json) =>
        json switch
        {
            JsonObject { Count: > 0 } map => new JsonObject(
                map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)InXml(entry.Value)))
            ),
            JsonArray { Count: > 0 } list => new JsonArray([.. list.Select(InXml)]),
            JsonValue value => value.GetValueKind() switch
            {
                JsonValueKind.True => "1",
                JsonValueKind.False => "",
                _ => value.ToString(),
            },
            _ => "",
        };

    private static JsonObject Message(string message) => new() { ["message"] = message };

    private static RecordedAnswer Envelope(
        RecordedCall call,
        RecordedAnswer recorded,
        int httpStatus,
        int statusCode,
        string message,
        JsonNode? data,
        bool asJson,
        bool isOutsideHandler
    )
    {
        var meta = new JsonObject
        {
            ["status"] = statusCode is 100 or 200 ? "ok" : "failure",
            ["statuscode"] = statusCode,
            ["message"] = message,
        };
        if (call.IsVersion1)
        {
            meta["totalitems"] = "";
            meta["itemsperpage"] = "";
        }

        JsonNode body = new JsonObject
        {
            ["ocs"] = new JsonObject { ["meta"] = meta, ["data"] = data },
        };
        var type = (asJson, isOutsideHandler) switch
        {
            (true, _) => "application/json; charset=utf-8",
            (false, true) => "text/xml; charset=utf-8",
            (false, false) => "application/xml; charset=utf-8",
        };
        return (recorded with { Status = httpStatus, Kind = asJson ? "json" : "xml", Body = asJson ? body : InXml(body) }).With(
            "content-type",
            type
        );
    }
}
