using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// The calls that this server deliberately answers otherwise than the recorded one, with its own answers.
/// docs/compatibility.md gives the reasons under the same names.
/// </summary>
internal static class DeliberateDifferences
{
    private const string ForeignFile = "User does not have access to the files mentioned in the task input";
    private const string AcceptWithJson = "text/html, application/json;q=0.9";

    public static ImmutableArray<DeliberateDifference> All { get; } =
    [
        new(
            "missing-parameter",
            Named("schedule", "^(no-body-no-content-type/.*|input-null|json-(array|string|null|true|empty-object))$"),
            Missing("input", "an object")
        ),
        new(
            "missing-parameter",
            Named("schedule", "^json-body-as-text-plain$"),
            Missing("input", "an object; send JSON with the header Content-Type: application/json")
        ),
        new("missing-parameter", Named("provider", "^next-no-params-v1$"), Missing("providerIds", "a list of strings")),
        new("missing-parameter", Named("extra", "^v1 progress absent$"), Missing("progress", "a number")),
        new("missing-parameter", Named("app_api", "^register-empty$"), Missing("provider", "an object")),
        new("wrong-kind", Named("schedule", "^input-(int|true)$"), WrongKind("input", "an object")),
        new("wrong-kind", Named("schedule", "^type-(float|list)$"), WrongKind("type", "a string")),
        new("wrong-kind", Named("schedule", "^appId-(int|float|true|list)$"), WrongKind("appId", "a string")),
        new("wrong-kind", Named("schedule", "^customId-(int|true)$"), WrongKind("customId", "a string")),
        new("wrong-kind", Named("schedule", "^webhook-(int|list)-uri$"), WrongKind("webhookUri", "a string")),
        new("wrong-kind", Named("read_delete_list", @"^tasks\?customId\[\]=one$"), WrongKind("customId", "a string")),
        new("report-is-taken", Named("provider", "^result-output-(string|int)(-get)?$"), Problem),
        new(
            "report-is-taken",
            Named("provider", "^result-error-int$"),
            (_, recorded) => AnswerOf(recorded, "provider", "result-error-1500")
        ),
        new(
            "report-is-taken",
            Named("provider", "^result-error-int-get$"),
            (_, recorded) => AnswerOf(recorded, "provider", "result-error-1500-get")
        ),
        new("wrong-kind", Named("provider", "^progress-list$"), WrongKind("progress", "a number")),
        new("wrong-kind", Named("provider", "^progress-list-get$"), InTask(("progress", 0))),
        new(
            "bad-json",
            Named("schedule", "^(bad-json/.*|json-trailing-comma|json-bom)$"),
            (call, recorded) => OurAnswer.Refusal(call, recorded, 400, "The request body is not valid JSON<...>")
        ),
        new("too-long", Named("schedule", "^appId-long-65$"), TooLong("appId", 64)),
        new("too-long", Named("schedule", "^webhook-method-65$"), TooLong("webhookMethod", 64)),
        new("too-long", Named("schedule", "^webhook-uri-4001$"), TooLong("webhookUri", 4000)),
        new(
            "result-without-anything",
            Named("provider", "^result-(neither|nulls)$"),
            Fails(400, "Either \"output\" or \"errorMessage\" must be given")
        ),
        new(
            "first-result-wins",
            Named("provider", "^result-output-in-successful(-get)?$"),
            InTask(("output", new JsonObject { ["output"] = "ok" }))
        ),
        new(
            "first-result-wins",
            Named("provider", "^result-output-in-failed(-get)?$"),
            InTask(("status", "STATUS_FAILED"), ("output", null), ("progress", 0))
        ),
        new("first-result-wins", Named("webhook", "^second result: again$"), InTask(("output", new JsonObject { ["output"] = "y" }))),
        new(
            "path-beats-body",
            Named("provider", "^result-nc_py_api-ok$"),
            (call, recorded) => AnswerOf(recorded, "provider", "result-output")
        ),
        new(
            "path-beats-body",
            Named("provider", "^result-nc_py_api-ok-get$"),
            (call, recorded) => AnswerOf(recorded, "provider", "result-output-get")
        ),
        new(
            "file-id-forms",
            Named(
                "shapes_input",
                "=(float|float-string|numeric-string|list-numeric-strings|too-big-id|float-int|file-float-frac)$",
                status: 500
            ),
            NoSuchFile
        ),
        new("file-id-forms", Named("shapes_input", "=file-as-(string|float)$", status: 500), ScheduledWithFile),
        new(
            "file-id-forms",
            Named("shapes_output", "=(float|float-string|numeric-string|list-numeric-strings|float-int)$", status: 500),
            (call, recorded) => Finished(call, recorded, succeeds: false)
        ),
        new(
            "file-id-forms",
            Named("shapes_output", "=file-as-string$", status: 500),
            (call, recorded) => Finished(call, recorded, succeeds: true)
        ),
        new(
            "wrong-kind",
            Named("files", "^upload-file-array$"),
            (call, recorded) =>
                OurAnswer.Refusal(call, recorded, 400, "Only one file can be uploaded at a time; its field must be called \"file\"")
        ),
        new(
            "smuggled-file",
            Named("extra", "^smuggled file of bob via tasks_provider as exapp:bob$"),
            (call, recorded) => OurAnswer.Failure(call, recorded, 404, "Not found").With("content-disposition", null)
        ),
        new("ranges", Named("files", "^get-range$"), (_, recorded) => recorded with { Status = 206, Body = "hell" }),
        new("foreign-file", Named("shapes_input", "=(file-of-bob|good-and-bob|bob-and-good)$"), Fails(401, ForeignFile)),
        new("every-file-checked", Named("shapes_input", "^two_lists second list: file of bob at the same index$"), Fails(401, ForeignFile)),
        new(
            "every-file-checked",
            Named("shapes_input", "^two_lists second list: missing file at the same index$"),
            Fails(400, "Could not find file 999999999")
        ),
        new(
            "optional-file-absent",
            Named("schedule", "^optional-file-(absent|null)$"),
            (call, recorded) =>
                OurAnswer.Success(call, recorded, OurAnswer.ScheduledTask("oracle:optional_file", new JsonObject { ["input"] = "x" }))
        ),
        new(
            "later-wording",
            Named("shapes_input", "^list_of_files=", "Non-audio list item"),
            (_, recorded) => Reworded(recorded, "Non-audio", "Non-file")
        ),
        new("comma-lists", Named("provider", "^next-scalars$"), (call, recorded) => AnswerOf(recorded, "provider", "next-ok")),
        new("limit-is-told", Named("ratelimit", ".*", status: 429), Limited),
        new(
            "later-routes",
            Named("ocs", "^doc: GET /tasks_consumer/tasktypes$"),
            (_, recorded) =>
                recorded with
                {
                    Status = 412,
                    Body = new JsonObject { ["message"] = "ExApp required" },
                }
        ),
        new(
            "later-routes",
            Named("ocs", "^doc: GET /queue_stats$"),
            (_, recorded) => Meta(recorded with { Status = 403 }, 403, "Logged in account must be an admin")
        ),
        new("later-routes", Named("ocs", "^doc: GET /tasks_provider/next_batch$"), Missing("providerIds", "a list of strings")),
        new("later-routes", Named("provider", "^next_batch$"), LaterBatch),
        new("paths", Named("ocs", @"^index\.php-ocs$"), (_, recorded) => AnswerOf(recorded, "tasktypes", "tasktypes/v2-xml")),
        new("no-html", (call, _) => call.Answer is { Kind: "html", Status: 412 }, WithoutHtml),
        new(
            "unknown-format",
            (call, _) => call.Answer.Headers["content-type"].StartsWith("application/octet-stream", StringComparison.Ordinal),
            InKnownFormat
        ),
        new("user-name", Named("ocs", "^user(-exapp)?/"), UserName),
        new("provider-text", Named("app_api", "^provider-get/"), ProviderText),
        new(
            "language",
            Named("tasktypes", "^tasktypes-german-user-pref-en$"),
            (_, recorded) => AnswerOf(recorded, "tasktypes", "tasktypes-german")
        ),
        new("xml-characters", Named("read_delete_list", "^get-escapes/.*-xml$"), (_, recorded) => Reworded(recorded, "\\u0001", "\\uFFFD")),
        new("started-at", (_, situation) => situation.IsClaimed, Started),
        new("claim-number", (call, _) => call.Path.Contains("/tasks_provider/next", StringComparison.Ordinal), Numbered),
        new("csrf-hint", (call, _) => call.Answer.Status == 412, Hinted),
    ];

    public static IEnumerable<DeliberateDifference> Of(RecordedCall call, Situation situation) =>
        All.Where(difference => difference.Applies(call, situation));

    private static Func<RecordedCall, Situation, bool> Named(string group, string pattern, string text = "", int? status = null) =>
        (call, _) =>
            call.Group == group
            && Regex.IsMatch(call.Name, pattern)
            && (status is null || call.Answer.Status == status)
            && (text.Length == 0 || call.Answer.ToString().Contains(text, StringComparison.Ordinal));

    private static Instead Missing(string name, string kind) =>
        (call, recorded) => OurAnswer.Refusal(call, recorded, 400, $"Parameter \"{name}\" is missing; it must be {kind}");

    private static Instead WrongKind(string name, string kind) =>
        (call, recorded) => OurAnswer.Refusal(call, recorded, 400, $"Parameter \"{name}\" must be {kind}");

    private static Instead TooLong(string name, int limit) =>
        Fails(400, $"\"{name}\" is too long, the maximum length is {limit} characters");

    private static Instead Fails(int status, string message) => (call, recorded) => OurAnswer.Failure(call, recorded, status, message);

    private static Instead InTask(params (string Field, JsonNode? Value)[] fields) =>
        (_, recorded) =>
        {
            var body = recorded.Body!.DeepClone();
            foreach (var (field, value) in fields)
                body["ocs"]!["data"]!["task"]![field] = value?.DeepClone();
            return recorded with { Status = 200, Body = body };
        };

    /// <summary>The recorded answer to another call of this caller.</summary>
    private static RecordedAnswer AnswerOf(RecordedAnswer recorded, string group, string name) =>
        LaterFields.AddTo(RecordedCall.Find(group, name).Answer) is var other && recorded.Headers.TryGetValue("x-user-id", out var user)
            ? other.With("x-user-id", user)
            : other;

    private static RecordedAnswer NoSuchFile(RecordedCall call, RecordedAnswer recorded)
    {
        var value = call.Request["body"]!["input"]!["value"]!;
        var first = value is JsonArray list ? list[0]! : value;
        return OurAnswer.Failure(
            call,
            recorded,
            400,
            $"Could not find file {first.ToString().Replace("> + 0.", ">.", StringComparison.Ordinal)}"
        );
    }

    private static RecordedAnswer ScheduledWithFile(RecordedCall call, RecordedAnswer recorded) =>
        OurAnswer.Success(
            call,
            recorded,
            OurAnswer.ScheduledTask((string)call.Request["body"]!["type"]!, AsFileIds(call.Request["body"]!["input"]!))
        );

    private static RecordedAnswer Finished(RecordedCall call, RecordedAnswer recorded, bool succeeds)
    {
        var model = RecordedCall.All.First(other =>
            other.Group == call.Group
            && other.Name.StartsWith(call.Name.Split('=')[0] + "=", StringComparison.Ordinal)
            && other.AnsweredTask is not null
        );
        var output = succeeds ? AsFileIds(call.Request["body"]!["output"]!) : null;
        return OurAnswer.Success(
            call,
            recorded,
            OurAnswer.FinishedTask((string)model.AnsweredTask!["type"]!, model.AnsweredTask["input"]!, output)
        );
    }

    /// <summary>An output that is none fails its task, as one that does not fit the shape does.</summary>
    private static RecordedAnswer Problem(RecordedCall call, RecordedAnswer recorded)
    {
        var input = RecordedCall.Find("provider", "result-output-int-get").AnsweredTask!["input"]!;
        return OurAnswer.Success(call, recorded, OurAnswer.FinishedTask("core:text2text", input, output: null));
    }

    /// <summary>File ids are stored as numbers, however they were sent.</summary>
    private static JsonNode AsFileIds(JsonNode values) =>
        JsonNode.Parse(
            values
                .ToJsonString()
                .Replace("text \\u003Cfile", "\\u003Cfile", StringComparison.Ordinal)
                .Replace(" \\u002B 0.0", "", StringComparison.Ordinal)
        )!;

    private static RecordedAnswer Reworded(RecordedAnswer recorded, string from, string to) =>
        recorded with
        {
            Body = JsonNode.Parse(recorded.Body!.ToJsonString().Replace(from, to, StringComparison.Ordinal)),
        };

    private static RecordedAnswer Limited(RecordedCall call, RecordedAnswer recorded) =>
        OurAnswer.Refusal(call, recorded, 429, "Too many requests, please try again in 120 seconds").With("retry-after", "120");

    private static RecordedAnswer LaterBatch(RecordedCall call, RecordedAnswer recorded)
    {
        var claimed = AnswerOf(recorded, "provider", "next-ok").Body!["ocs"]!["data"]!.DeepClone();
        claimed["task"]!["startedAt"] = "<time>";
        claimed["provider"] = "oracle_provider-core_text2text";
        claimed["claim"] = 1;
        return OurAnswer.Success(call, recorded, new JsonObject { ["tasks"] = new JsonArray(claimed), ["has_more"] = false });
    }

    private static RecordedAnswer Meta(RecordedAnswer recorded, int statusCode, string message)
    {
        var body = recorded.Body!.DeepClone();
        body["ocs"]!["meta"]!["statuscode"] = statusCode;
        body["ocs"]!["meta"]!["message"] = message;
        return recorded with { Body = body };
    }

    private static RecordedAnswer WithoutHtml(RecordedCall call, RecordedAnswer recorded)
    {
        var message = call.Name.StartsWith("csrf", StringComparison.Ordinal) ? "CSRF check failed" : "ExApp required";
        return (
            recorded with
            {
                Kind = "json",
                Body = new JsonObject { ["message"] = message },
            }
        ).With("content-type", "application/json; charset=utf-8");
    }

    /// <summary>XML, unless Accept names JSON with a parameter of its own.</summary>
    private static RecordedAnswer InKnownFormat(RecordedCall call, RecordedAnswer recorded)
    {
        var accept = (string?)call.Request["headers"]!["Accept"];
        var asJson = accept is AcceptWithJson or "application/json; charset=utf-8";
        if (call.Name.StartsWith("unknown-route", StringComparison.Ordinal))
        {
            return asJson
                ? AnswerOf(recorded, "ocs", call.IsVersion1 ? "unknown-route/v1-acceptjson" : "unknown-route/v2-acceptjson")
                : recorded.With("content-type", "text/xml; charset=utf-8");
        }

        if (call.Name.StartsWith("wrong-method", StringComparison.Ordinal))
            return recorded.With("content-type", asJson ? "application/json; charset=utf-8" : "text/xml; charset=utf-8");
        if (call.Name.StartsWith("404", StringComparison.Ordinal))
            return OurAnswer.Failure(call, recorded, 404, "Task not found", asJson);
        if (call.Group == "ocs")
            return OurAnswer.Success(call, recorded, new JsonObject { ["tasks"] = new JsonArray() }, asJson);

        return AnswerOf(recorded, "extra", asJson ? "accept on schedule: any-then-json" : "accept on schedule: application/xml");
    }

    private static RecordedAnswer UserName(RecordedCall call, RecordedAnswer recorded)
    {
        var body = recorded.Body!.DeepClone();
        body["ocs"]!["data"]!["displayname"] = "alice";
        body["ocs"]!["data"]!["display-name"] = "alice";
        return recorded with { Body = body };
    }

    /// <summary>The provider's document as it was sent: PHP turns its empty maps into lists.</summary>
    private static RecordedAnswer ProviderText(RecordedCall call, RecordedAnswer recorded)
    {
        var body = recorded.Body!.DeepClone();
        body["ocs"]!["data"]!["provider"] = new JsonObject
        {
            ["text"] = new Placeholders().Fill(RecordedCall.Find("providers", "register core:text2text").Request["body"]!["provider"]),
        };
        return recorded with { Body = body };
    }

    private static RecordedAnswer Started(RecordedCall call, RecordedAnswer recorded)
    {
        var task = (recorded.Body?["ocs"]?["data"] as JsonObject)?["task"] as JsonObject;
        return task is not null && string.IsNullOrEmpty(task["startedAt"]?.ToString())
            ? InTask(("startedAt", "<time>"))(call, recorded)
            : recorded;
    }

    /// <summary>Beside Nextcloud's message.</summary>
    private static RecordedAnswer Hinted(RecordedCall call, RecordedAnswer recorded)
    {
        if (recorded.Body is not JsonObject refusal || (string?)refusal["message"] != "CSRF check failed")
            return recorded;

        var body = refusal.DeepClone();
        body["hint"] = "Send the header OCS-APIRequest: true";
        return recorded with { Body = body };
    }

    /// <summary>The first claim of the task.</summary>
    private static RecordedAnswer Numbered(RecordedCall call, RecordedAnswer recorded)
    {
        var body = recorded.Body?.DeepClone();
        if (body?["ocs"]?["data"] is not JsonObject claimed || !claimed.ContainsKey("provider"))
            return recorded;

        claimed["claim"] = recorded.Kind == "xml" ? "1" : 1;
        return recorded with { Body = body };
    }
}

/// <summary>Makes the answer that replaces the recorded one.</summary>
internal delegate RecordedAnswer Instead(RecordedCall call, RecordedAnswer recorded);

/// <summary>One kind of difference: its calls, and their answers.</summary>
internal sealed record DeliberateDifference(string Reason, Func<RecordedCall, Situation, bool> Applies, Instead Instead);
