using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// Brings a server into the state that a recorded call needs. The recording is a sample of a longer one, so the state
/// is derived from the call's name and from the tasks that the answers show; every case begins with an empty queue.
/// </summary>
internal sealed partial class Situation(RecordedServer server, Placeholders placeholders)
{
    /// <summary>True when a worker claimed the task of the answer.</summary>
    public bool IsClaimed { get; private set; }

    public Placeholders Placeholders => placeholders;

    public static async Task<Situation> PrepareAsync(RecordedServer server, RecordedCall call)
    {
        await server.ForgetTasksAsync(TestContext.Current.CancellationToken);
        var situation = new Situation(server, server.NewPlaceholders());
        await situation.PrepareAsync(call);
        return situation;
    }

    private async Task PrepareAsync(RecordedCall call)
    {
        if (call.Group == "ratelimit")
            await UseUpLimitAsync(call);
        else if (Predecessor(call) is { } predecessor)
            await FollowAsync(call, predecessor);
        else if (call.Name.StartsWith("tasks", StringComparison.Ordinal) && call.Group is "read_delete_list" or "extra")
            await PrepareListAsync(call);
        else if (call.Path.Contains("/tasks_provider/next", StringComparison.Ordinal))
            await PrepareQueueAsync(call);
        else if (call.Name.StartsWith("smuggled file", StringComparison.Ordinal))
            Bind(
                "<task>",
                await server.SmuggleTaskAsync(
                    "alice",
                    "oracle:file",
                    placeholders.Fill(new JsonObject { ["value"] = "<file bobs.txt of bob>" })!
                )
            );
        else if (call.Name.StartsWith("appdata file", StringComparison.Ordinal))
            placeholders["<result file>"] = await server.UploadAsync(
                (await ScheduleAsync(NewTask("core:text2text", "hello")))["id"]!.ToJsonString(),
                "result"u8.ToArray()
            );
        else if (call.Name is "unregister-fifth" or "unregister-fourth")
            await RegisterAsync(call.Name["unregister-".Length..]);
        else if (call.Path.Contains("<task", StringComparison.Ordinal))
            await PrepareTaskAsync(call);

        // JSON texts escape the bracket.
        if (
            call.Group is "files" or "extra"
            && call.Path.Contains("<task", StringComparison.Ordinal)
            && call.Request.ToJsonString().Contains("result file", StringComparison.Ordinal)
        )
            await new ResultFiles(server, placeholders).PrepareAsync(call);
    }

    /// <summary>The recorded call that comes before this one, of which this one sees the effect.</summary>
    private static RecordedCall? Predecessor(RecordedCall call)
    {
        var name = call.Group switch
        {
            "provider" when call.Name.EndsWith("-get", StringComparison.Ordinal) => call.Name[..^"-get".Length],
            "provider" when call.Name == "progress-lower-2" => "progress-lower-1",
            "read_delete_list" when AfterEffect().Match(call.Name) is { Success: true } match =>
                $"{match.Groups["verb"].Value}-{match.Groups["state"].Value}",
            "webhook" when call.Name == "second result: again" => "second result: result",
            "webhook" when !call.Name.EndsWith(": schedule", StringComparison.Ordinal) => call.Name[..call.Name.LastIndexOf(':')]
                + ": schedule",
            _ => null,
        };
        return name is null ? null : RecordedCall.Find(call.Group, name.Replace("deleted", "delete", StringComparison.Ordinal));
    }

    private async Task FollowAsync(RecordedCall call, RecordedCall predecessor)
    {
        await PrepareAsync(predecessor);
        var answer = await server.SendAsync(predecessor, placeholders);
        if (call.Group != "webhook" || !predecessor.Name.EndsWith(": schedule", StringComparison.Ordinal))
            return;

        Bind("<task>", answer.Body!["ocs"]!["data"]!["task"]!);
        await ClaimAsync("core:text2text");
        await server.CallAsync(
            "exapp:",
            "POST",
            $"/taskprocessing/tasks_provider/{placeholders["<task>"]}/progress",
            new JsonObject { ["progress"] = 0.5 }
        );
    }

    /// <summary>Sends the earlier calls of the recording: the same call, as often as the number in its name says.</summary>
    private async Task UseUpLimitAsync(RecordedCall call)
    {
        server.LetLimitsPass();
        var calls = call.Name switch
        {
            "get-tasktypes-dave-after-429" or "other-user-not-affected" => 21,
            _ when OrdinalNumber().Match(call.Name) is { Success: true } match => int.Parse(match.Value, CultureInfo.InvariantCulture) - 1,
            _ => 0,
        };
        var repeated = call.Name switch
        {
            "get-tasktypes-dave-after-429" => RecordedCall.Find("ratelimit", "bad-schedule-carol-01").By("dave"),
            "other-user-not-affected" => RecordedCall.Find("ratelimit", "bad-schedule-carol-01"),
            _ => call,
        };
        for (var count = 0; count < calls; count++)
            await server.SendAsync(repeated, placeholders);
    }

    /// <summary>Lists are read with three tasks, except lists whose name says that they are empty.</summary>
    private async Task PrepareListAsync(RecordedCall call)
    {
        if (call.Name.Contains("empty/", StringComparison.Ordinal))
            return;

        var source = call.Group == "extra" ? call : RecordedCall.Find("read_delete_list", "tasks?limit=1&offset=1");
        var tasks = ((JsonArray)source.Answer.Body!["ocs"]!["data"]!["tasks"]!).Cast<JsonObject>().ToList();
        var ids = new List<JsonNode>();
        foreach (var task in tasks)
            ids.Add((await ScheduleAsync(task))["id"]!);
        if (call.Name == "tasks-order-after-update-of-first")
            await server.CallAsync(
                "exapp:",
                "POST",
                $"/taskprocessing/tasks_provider/{ids[0]}/progress",
                new JsonObject { ["progress"] = 0.1 }
            );
    }

    private async Task PrepareQueueAsync(RecordedCall call)
    {
        if (call.Group == "auth" || call.Name.StartsWith("next-nothing", StringComparison.Ordinal))
            return;

        IsClaimed = true;
        var task = await ScheduleAsync(Model(call) ?? NewTask("core:text2text", "job"));
        if (call.Name == "next-only-finished")
            await EndAsync(task, "successful");
    }

    private async Task RegisterAsync(string id)
    {
        var registration = RecordedCall.Find("providers", "register core:text2text:topics").Request["body"]!.DeepClone();
        registration["provider"]!["id"] = id;
        await server.CallAsync("exapp:", "POST", "/apps/app_api/api/v1/ai_provider/task_processing", registration);
    }

    private async Task PrepareTaskAsync(RecordedCall call)
    {
        var model = Model(call) ?? NewTask("core:text2text", "hello");
        var task = await ScheduleAsync(model);
        Bind("<task>", task);
        if (call.Request.ToJsonString().Contains("task 2", StringComparison.Ordinal))
            Bind("<task 2>", await ScheduleAsync(model));

        var state = StateInName().Match(call.Name) is { Success: true } match ? match.Value : StateOf(call, model);
        if (state is "running" or "cancelled-from-running")
            await ClaimAsync((string)model["type"]!);
        if (state is not ("running" or "scheduled"))
            await EndAsync(task, state, call.Method == "GET" ? model["output"] : null);
    }

    /// <summary>A read finds the task as its answer shows it; a report comes from a worker that claimed it.</summary>
    private static string StateOf(RecordedCall call, JsonObject model)
    {
        if (call.Group == "provider" || call.Name == "nc_py_api set_progress")
            return "running";
        if (call.Group == "files")
            return "scheduled";

        return call.Method == "GET" && (string?)model["status"] is { } status ? status["STATUS_".Length..].ToLowerInvariant() : "scheduled";
    }

    /// <summary>The task that the call is about, as this answer, its twin in JSON or an answer about the same type shows it.</summary>
    private static JsonObject? Model(RecordedCall call)
    {
        if (call.Group == "files" && call.AnsweredTask is null && call.Name != "get-file-of-task-without-files")
            return RecordedCall
                .Find("files", call.Name.StartsWith("text2image", StringComparison.Ordinal) ? "text2image-result" : "result-with-files")
                .AnsweredTask;
        if (call.Name.StartsWith("two parts named file", StringComparison.Ordinal))
            return NewTask("oracle:file", new JsonObject { ["value"] = "<file hello.txt>" });

        var stem = call.Name.Split("/v1-", 2)[0].Split("/v2-", 2)[0];
        var type =
            call.Group == "shapes_output" && call.Name.Contains('=', StringComparison.Ordinal) ? call.Name.Split('=')[0] + "=" : null;
        return (
            from other in RecordedCall.All
            where other.Group == call.Group && other.AnsweredTask is not null && (other.Answer.Kind == "json" || call.Name == "xml numbers")
            where
                other == call
                || other.Name == stem + "/v2-acceptjson"
                || (type is not null && other.Name.StartsWith(type, StringComparison.Ordinal))
            orderby other == call ? 0 : 1
            select other.AnsweredTask
        ).FirstOrDefault();
    }

    private static JsonObject NewTask(string type, string input) => NewTask(type, new JsonObject { ["input"] = input });

    private static JsonObject NewTask(string type, JsonObject input) =>
        new()
        {
            ["type"] = type,
            ["userId"] = "alice",
            ["appId"] = "oracle",
            ["customId"] = "",
            ["input"] = input,
        };

    private async Task<JsonNode> ScheduleAsync(JsonObject model)
    {
        var request = new JsonObject();
        foreach (var name in new[] { "type", "appId", "customId", "input" })
            request[name] = placeholders.Fill(model[name]);
        if (request["input"] is JsonObject input && input["max_tokens"] is JsonValue number && number.TryGetValue(out string? text))
            input["max_tokens"] = JsonNode.Parse(text);

        return (await server.CallAsync((string)model["userId"]!, "POST", "/taskprocessing/schedule", request))["task"]!;
    }

    private async Task ClaimAsync(string type)
    {
        IsClaimed = true;
        var wish = new JsonObject
        {
            ["providerIds"] = new JsonArray($"oracle_provider-{type.Replace(':', '_')}"),
            ["taskTypeIds"] = new JsonArray(type),
        };
        await server.CallAsync("exapp:", "GET", "/taskprocessing/tasks_provider/next", wish);
    }

    private async Task EndAsync(JsonNode task, string state, JsonNode? output = null)
    {
        var provider = $"/taskprocessing/tasks_provider/{task["id"]}/result";
        if (state.StartsWith("cancelled", StringComparison.Ordinal))
            await server.CallAsync((string)task["userId"]!, "POST", $"/taskprocessing/tasks/{task["id"]}/cancel");
        else if (state == "failed")
            await server.CallAsync("exapp:", "POST", provider, new JsonObject { ["errorMessage"] = "first" });
        else
            await server.CallAsync(
                "exapp:",
                "POST",
                provider,
                new JsonObject { ["output"] = output?.DeepClone() ?? new JsonObject { ["output"] = "ok" } }
            );
    }

    private void Bind(string placeholder, JsonNode task) => placeholders[placeholder] = task["id"]!.ToJsonString();

    [GeneratedRegex(
        "^(get-after-(?<verb>cancel)|get-(?<verb>deleted)|(?<verb>cancel|delete)-again)-(?<state>.+)$",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex AfterEffect();

    [GeneratedRegex(
        "(?<=-in-|^cancel-|^delete-|^get-)(scheduled|running|successful|failed|cancelled-from-running)(?=$|/)",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex StateInName();

    [GeneratedRegex("[0-9]+$")]
    private static partial Regex OrdinalNumber();
}
