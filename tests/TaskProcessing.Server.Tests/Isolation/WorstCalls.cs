using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>One call whose cost is measured.</summary>
/// <param name="Client">Who calls.</param>
/// <param name="Request">Made anew, with what it needs, before each call; not measured.</param>
internal sealed record WorstCall(HttpClient Client, Func<Task<HttpRequestMessage>> Request);

/// <summary>The calls that cost most on routes whose cost depends on more than the length of the body.</summary>
internal sealed class WorstCalls(HttpClient alice, HttpClient worker, WorstCase data)
{
    private const string Dav = "/remote.php/webdav/";

    private int _names;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public IEnumerable<WorstCall> Of(string method, string template) =>
        (method, template) switch
        {
            ("POST", $"{OcsDriver.Root}/schedule") => [Schedule(WorstCase.AnyType, "{}"), Schedule(WorstCase.FilesType, Files())],
            ("POST", $"{OcsDriver.Root}/tasks_provider/{{id}}/result") =>
            [
                Report(WorstCase.AnyType, "{}", "result", """{"output":{}}"""),
                Report(WorstCase.FilesType, Files(), "result", $$$"""{"output":{{{Files()}}}}"""),
            ],
            ("POST", $"{OcsDriver.Root}/tasks_provider/{{id}}/stream-result") =>
            [
                Report(WorstCase.AnyType, "{}", "stream-result", """{"output":{}}"""),
            ],
            ("POST", $"{OcsDriver.Root}/tasks_provider/results") => [new(worker, FinishManyAsync)],
            ("GET", $"{OcsDriver.Root}/tasks_provider/next_batch") => [new(worker, ClaimManyAsync), new(worker, ClaimLargeAsync)],
            ("POST", $"{OcsDriver.Root}/tasks_provider/{{id}}/file") => [new(worker, UploadAsync)],
            ("GET", $"{OcsDriver.Root}/tasks") => [Get($"{OcsDriver.Root}/tasks?format=xml")],
            ("GET", "/api/v1/tasks") => [Get("/api/v1/tasks?limit=1000"), Get("/api/v1/tasks?page=1&page_size=1000")],
            ("GET", "/api/v1/tasks/{id}") => [new(alice, async () => Request("GET", $"/api/v1/tasks/{await LargestTaskAsync()}"))],
            ("GET", $"{OcsDriver.Root}/task/{{id}}") =>
            [
                new(alice, async () => Request("GET", $"{OcsDriver.Root}/task/{await LargestTaskAsync()}?format=xml")),
            ],
            ("PROPFIND", Dav + "{**path}") =>
            [
                OfFiles("PROPFIND", WorstCase.Deep, ("Depth", "infinity")),
                OfFiles("PROPFIND", "many", ("Depth", "1")),
                OfFiles("PROPFIND", "", ("Depth", "infinity")),
            ],
            ("GET", Dav + "{**path}") => [OfFiles("GET", "many", ("Accept", "application/zip"))],
            ("PUT", Dav + "{**path}") => [OfFiles("PUT", $"{WorstCase.Deep}/{{new}}", Conditions())],
            ("MKCOL", Dav + "{**path}") => [OfFiles("MKCOL", $"{WorstCase.Deep}/{{new}}", Conditions())],
            ("MOVE", Dav + "{**path}") => [new(alice, () => TransferAsync("MOVE"))],
            ("COPY", Dav + "{**path}") => [new(alice, () => TransferAsync("COPY")), new(alice, CopyManyAsync)],
            ("DELETE", Dav + "{**path}") => [new(alice, DeleteManyAsync)],
            ("LOCK", Dav + "{**path}") => [OfFiles("LOCK", $"{WorstCase.Deep}/{{new}}", Conditions())],
            ("PROPPATCH", Dav + "{**path}") => [OfFiles("PROPPATCH", $"{WorstCase.Deep}/1", Conditions())],
            _ => [],
        };

    public static HttpRequestMessage Request(string method, string path, byte[]? body = null, string type = "application/json")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        return request;
    }

    private string Files() => $$"""{"files":[{{string.Join(',', data.FileIds)}}]}""";

    /// <summary>Conditions about as many resources as may be, each at the deepest path, of which none holds but the last.</summary>
    private static (string Name, string Value) Conditions()
    {
        var lists = Enumerable.Range(0, 9).Select(number => $"<{Dav}{WorstCase.Deep}/{number}>([\"x\"])");
        return ("If", $"{string.Join(' ', lists)} <{Dav}{WorstCase.Deep}/9>(Not [\"x\"])");
    }

    private WorstCall Get(string path) => new(alice, () => Task.FromResult(Request("GET", path)));

    private WorstCall Schedule(string type, string input) =>
        new(
            alice,
            () =>
            {
                var start = $$$"""{"type":"{{{type}}}","appId":"test","input":{{{input}}}}""";
                var body = type == WorstCase.AnyType ? WithLargest("input", start) : WorstCase.LargestJson(start);
                var request = Request("POST", $"{OcsDriver.Root}/schedule", body);
                request.Headers.Add("Idempotency-Key", NewName());
                return Task.FromResult(request);
            }
        );

    private WorstCall Report(string type, string input, string verb, string body) =>
        new(
            worker,
            async () =>
            {
                var id = await ClaimAsync(type, input);
                var sent = type == WorstCase.AnyType ? WithLargest("output", body) : WorstCase.LargestJson(body);
                return Request("POST", $"{OcsDriver.Root}/tasks_provider/{id}/{verb}", sent);
            }
        );

    /// <summary>The object with an empty map in it, which becomes the largest.</summary>
    private static byte[] WithLargest(string name, string json)
    {
        var (before, after) = json.Split($"\"{name}\":{{}}") is [var first, var second]
            ? (first, second)
            : throw new ArgumentException(json);
        var start = System.Text.Encoding.UTF8.GetBytes($"{before}\"{name}\":");
        var end = System.Text.Encoding.UTF8.GetBytes(after);
        return [.. start, .. WorstCase.LargestJson("{}", (8 * 1024 * 1024) - start.Length - end.Length), .. end];
    }

    private async Task<long> ScheduleAsync(string type, string input) => await alice.ScheduleAsync(type, JsonElement.Parse(input));

    private async Task<long> ClaimAsync(string type, string input)
    {
        var id = await ScheduleAsync(type, input);
        while (await worker.NextAsync($"worker:{type}", type) != id) { }
        return id;
    }

    private async Task<HttpRequestMessage> FinishManyAsync()
    {
        var ids = new List<long>();
        for (var number = 0; number < WorstCase.Batch; number++)
            ids.Add(await ClaimAsync(WorstCase.AnyType, "{}"));
        var results = ids.Select(id => $$$"""{"id":{{{id}}},"output":{}}""");
        return Request(
            "POST",
            $"{OcsDriver.Root}/tasks_provider/results",
            WorstCase.LargestJson($$$"""{"results":[{{{string.Join(',', results)}}}]}""")
        );
    }

    private async Task<HttpRequestMessage> ClaimManyAsync()
    {
        for (var number = 0; number < WorstCase.Batch; number++)
            await ScheduleAsync(WorstCase.AnyType, "{}");
        return NextBatch();
    }

    private async Task<HttpRequestMessage> ClaimLargeAsync()
    {
        for (var number = 0; number < 10; number++)
            await LargestTaskAsync();
        return NextBatch();
    }

    private static HttpRequestMessage NextBatch()
    {
        var query = $"providerIds[]=worker:{WorstCase.AnyType}&taskTypeIds[]={WorstCase.AnyType}&numberOfTasks={WorstCase.Batch}";
        return Request("GET", $"{OcsDriver.Root}/tasks_provider/next_batch?{query}", WorstCase.LargestJson("{}"));
    }

    /// <summary>To a task with the largest input, which has as many files as it may have but one.</summary>
    private async Task<HttpRequestMessage> UploadAsync()
    {
        var id = await LargestTaskAsync();
        for (var number = 0; number < 99; number++)
            await worker.UploadAsync(id, FileDriver.Png);
        var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[8 * 1024 * 1024]), "file", "out.png" } };
        return new HttpRequestMessage(HttpMethod.Post, $"{OcsDriver.Root}/tasks_provider/{id}/file") { Content = form };
    }

    private async Task<long> LargestTaskAsync()
    {
        var body = WithLargest("input", $$$"""{"type":"{{{WorstCase.AnyType}}}","appId":"test","input":{}}""");
        using var answer = await alice.SendAsync(Request("POST", $"{OcsDriver.Root}/schedule", body), Token);
        return (await OcsDriver.ReadAsync(answer)).TaskId;
    }

    private string NewName() => (_names++).ToString(CultureInfo.InvariantCulture) + "-new";

    private WorstCall OfFiles(string method, string path, (string Name, string Value) header) =>
        new(
            alice,
            () =>
            {
                var body =
                    method is "PROPFIND" or "PROPPATCH" or "LOCK" ? WorstCase.LargestXml(method)
                    : method is "PUT" ? new byte[8 * 1024 * 1024]
                    : null;
                var request = Request(method, Dav + path.Replace("{new}", NewName(), StringComparison.Ordinal), body, "application/xml");
                request.Headers.TryAddWithoutValidation(header.Name, header.Value).Should().BeTrue();
                return Task.FromResult(request);
            }
        );

    /// <summary>From the deepest path to another one.</summary>
    private async Task<HttpRequestMessage> TransferAsync(string method)
    {
        var (from, to) = ($"{WorstCase.Deep}/{NewName()}", $"{WorstCase.Deep}/{NewName()}");
        await alice.PutFileAsync(from, FileDriver.Png);
        var request = Request(method, Dav + from);
        request.Headers.Add("Destination", $"{alice.BaseAddress}{Dav[1..]}{to}");
        var (name, value) = Conditions();
        request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private Task<HttpRequestMessage> CopyManyAsync()
    {
        var request = Request("COPY", Dav + "many");
        request.Headers.Add("Destination", $"{alice.BaseAddress}{Dav[1..]}{NewName()}");
        return Task.FromResult(request);
    }

    private async Task<HttpRequestMessage> DeleteManyAsync()
    {
        using var copy = await CopyManyAsync();
        using var answer = await alice.SendAsync(copy, Token);
        answer.IsSuccessStatusCode.Should().BeTrue();
        return Request("DELETE", new Uri(copy.Headers.GetValues("Destination").Single()).AbsolutePath);
    }
}
