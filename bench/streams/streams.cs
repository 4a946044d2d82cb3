#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true
// An endpoint that streams answers in pieces of four characters, and a client that schedules tasks for it and prints the
// memory of the server's process meanwhile. Usage: streams ADDRESS PID ENDPOINT CHARACTERS COUNT; bench/streams/run
// starts the server.
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

var (address, pid, endpoint, characters, count) = (args[0], args[1], args[2], int.Parse(args[3]), int.Parse(args[4]));
const string root = "/ocs/v2.php/taskprocessing";

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
await using var app = builder.Build();
app.Urls.Add(endpoint);
app.MapGet("/v1/models", () => new { data = new[] { new { id = "bench", @object = "model" } } });
app.MapPost(
    "/v1/chat/completions",
    async context =>
    {
        context.Response.ContentType = "text/event-stream";
        for (var sent = 0; sent < characters; sent += 4)
        {
            await context.Response.WriteAsync("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"abc \"}}]}\n\n");
            if (sent % 400 == 0)
                await Task.Delay(1);
        }

        await context.Response.WriteAsync(
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        );
    }
);
await app.StartAsync();

using var user = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(5) };
user.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("USER_TOKEN"));
user.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
user.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

for (var tries = 0; ; tries++)
{
    var types = await user.GetStringAsync($"{root}/tasktypes");
    if (types.Contains("core:text2text:chat", StringComparison.Ordinal))
        break;
    if (tries == 100)
        throw new InvalidOperationException("The endpoint is not on offer.");
    await Task.Delay(100);
}

await File.WriteAllTextAsync($"/proc/{pid}/clear_refs", "5");
Console.WriteLine($"at rest: {Megabytes("VmRSS")} MB");
await MeasureAsync(1);
await MeasureAsync(1);
await MeasureAsync(count);
await app.StopAsync();

async Task MeasureAsync(int tasks)
{
    await File.WriteAllTextAsync($"/proc/{pid}/clear_refs", "5");
    var before = Megabytes("VmRSS");
    var watch = Stopwatch.StartNew();
    await Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => RunAsync()));
    Console.WriteLine(
        $"{tasks} answer(s) of {characters} characters at a time: {before} MB before, {Megabytes("VmHWM")} MB at most, "
            + $"{watch.Elapsed.TotalSeconds:0.0} s"
    );
}

async Task RunAsync()
{
    using var scheduled = await user.PostAsJsonAsync(
        $"{root}/schedule",
        new
        {
            type = "core:text2text",
            appId = "bench",
            input = new { input = "x" },
            preferStreaming = true,
        }
    );
    var id = TaskOf(await scheduled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    while (true)
    {
        var task = TaskOf(await user.GetFromJsonAsync<JsonElement>($"{root}/task/{id}?wait=20"));
        var status = task.GetProperty("status").GetString();
        if (status is "STATUS_SCHEDULED" or "STATUS_RUNNING")
            continue;
        if (status != "STATUS_SUCCESSFUL" || task.GetProperty("output").GetProperty("output").GetString()!.Length < characters - 4)
            throw new InvalidOperationException(task.GetRawText()[..200]);
        return;
    }
}

static JsonElement TaskOf(JsonElement answer) => answer.GetProperty("ocs").GetProperty("data").GetProperty("task");

long Megabytes(string name) =>
    long.Parse(
        File.ReadLines($"/proc/{pid}/status")
            .First(line => line.StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture
    ) / 1024;
