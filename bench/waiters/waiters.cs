#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true
// Opens many waiters on a server of loopback, prints the memory of its process, and the time from an event to its waiter.
// Usage: waiters ADDRESS PID KIND COUNT ROUNDS, where KIND is next, task or events. bench/waiters/run makes the users and
// the app.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

var (address, pid, kind, count, rounds) = (args[0], int.Parse(args[1]), args[2], int.Parse(args[3]), int.Parse(args[4]));
const string root = "/ocs/v2.php/taskprocessing";
const string next = root + "/tasks_provider/next?providerIds[]=bench&taskTypeIds[]=core:text2text&wait=60";
var users = Environment
    .GetEnvironmentVariable("USER_TOKENS")!
    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
    .Select(token => Client(client => client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token)))
    .ToArray();
using var worker = Client(client =>
{
    client.DefaultRequestHeaders.Add("EX-APP-ID", "bench");
    client.DefaultRequestHeaders.Add("EX-APP-VERSION", "1.0.0");
    client.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", Convert.ToBase64String(Encoding.UTF8.GetBytes(":bench-secret")));
});
using (
    var registration = new StringContent(
        """
        {"provider": {"id": "bench", "name": "bench", "task_type": "core:text2text", "expected_runtime": 86400,
          "optional_input_shape": [], "optional_output_shape": [], "input_shape_enum_values": [], "input_shape_defaults": [],
          "optional_input_shape_enum_values": [], "optional_input_shape_defaults": [], "output_shape_enum_values": [],
          "optional_output_shape_enum_values": []}}
        """,
        Encoding.UTF8,
        "application/json"
    )
)
{
    (await worker.PostAsync("/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing", registration)).EnsureSuccessStatusCode();
}

var idle = Memory();
using var over = new CancellationTokenSource();
var seen = new ConcurrentDictionary<long, TaskCompletionSource>();
var opened = 0;
var ids = new long[kind == "next" ? 0 : count];
await Parallel.ForAsync(
    0,
    ids.Length,
    new ParallelOptions { MaxDegreeOfParallelism = 16 },
    async (index, _) => ids[index] = await ScheduleAsync(UserOf(index))
);

// Claimed, so that only the result is measured.
var claimed = 0;
while (claimed < Math.Min(rounds, ids.Length))
    claimed += Data(await worker.GetStringAsync(next.Replace("/next?", "/next_batch?numberOfTasks=100&", StringComparison.Ordinal)))
        .GetProperty("tasks")
        .GetArrayLength();

var waiters = Enumerable
    .Range(0, count)
    .Select(index =>
        Task.Run(() =>
            kind switch
            {
                "next" => WorkAsync(),
                "task" => PollAsync(UserOf(index), ids[index]),
                _ => FollowAsync(UserOf(index), ids[index]),
            }
        )
    )
    .ToList();
while (Volatile.Read(ref opened) < count)
    await Task.Delay(50);
await Task.Delay(3000);
var cpu = Cpu();
await Task.Delay(5000);
Console.WriteLine(
    $"{kind}: {count} waiting; server {idle} MB before, {Memory()} MB now, peak {Memory("VmHWM")} MB; "
        + $"CPU while nothing happens {(Cpu() - cpu) / 50.0:0.0} %"
);

var times = new List<double>();
for (var round = 0; round < rounds; round++)
{
    var clock = Stopwatch.GetTimestamp();
    if (kind == "next")
    {
        var id = await ScheduleAsync(users[0]);
        await Seen(id).Task;
    }
    else
    {
        using var _ = await worker.PostAsJsonAsync($"{root}/tasks_provider/{ids[round]}/result", new { output = new { output = "done" } });
        await Seen(ids[round]).Task;
    }

    times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
    await Task.Delay(5);
}

times.Sort();
Console.WriteLine(
    $"{kind}: {(kind == "next" ? "schedule to worker" : "result to client")}, {rounds} rounds: "
        + $"median {times[rounds / 2]:0.00} ms, p99 {times[rounds * 99 / 100]:0.00} ms, max {times[^1]:0.00} ms"
);

// SIGTERM: all waiters are to be answered at once.
var stop = Stopwatch.GetTimestamp();
using (var server = Process.GetProcessById(pid))
{
    Process.Start("kill", ["-TERM", $"{pid}"]).WaitForExit();
    await Task.WhenAll(waiters).WaitAsync(TimeSpan.FromSeconds(60));
    var told = Stopwatch.GetElapsedTime(stop);
    await server.WaitForExitAsync();
    Console.WriteLine(
        $"{kind}: told to stop, all waits ended after {told.TotalSeconds:0.0} s, "
            + $"the process after {Stopwatch.GetElapsedTime(stop).TotalSeconds:0.0} s"
    );
}

// Waits on until the server ends.
async Task WorkAsync()
{
    try
    {
        Interlocked.Increment(ref opened);
        while (true)
        {
            using var answer = await worker.GetAsync(next);
            if (answer.StatusCode == System.Net.HttpStatusCode.OK)
                Seen(Data(await answer.Content.ReadAsStringAsync()).GetProperty("task").GetProperty("id").GetInt64()).TrySetResult();
            else if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"{answer.StatusCode}");
        }
    }
    catch (HttpRequestException) { }
}

async Task PollAsync(HttpClient user, long id)
{
    try
    {
        Interlocked.Increment(ref opened);
        while (true)
        {
            var status = Data(await user.GetStringAsync($"{root}/task/{id}?wait=60")).GetProperty("task").GetProperty("status").GetString();
            if (status != "STATUS_SUCCESSFUL")
                continue;
            Seen(id).TrySetResult();
            return;
        }
    }
    catch (HttpRequestException) { }
}

async Task FollowAsync(HttpClient user, long id)
{
    using var answer = await user.GetAsync($"{root}/task/{id}/events", HttpCompletionOption.ResponseHeadersRead);
    answer.EnsureSuccessStatusCode();
    Interlocked.Increment(ref opened);
    using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
    while (await lines.ReadLineAsync() is { } line)
    {
        if (line.Contains("STATUS_SUCCESSFUL", StringComparison.Ordinal))
            Seen(id).TrySetResult();
    }
}

HttpClient UserOf(int index) => users[index % users.Length];

TaskCompletionSource Seen(long id) => seen.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

async Task<long> ScheduleAsync(HttpClient user)
{
    using var answer = await user.PostAsJsonAsync(
        $"{root}/schedule",
        new
        {
            type = "core:text2text",
            appId = "bench",
            input = new { input = "hello" },
        }
    );
    return Data(await answer.Content.ReadAsStringAsync()).GetProperty("task").GetProperty("id").GetInt64();
}

JsonElement Data(string body) => JsonElement.Parse(body).GetProperty("ocs").GetProperty("data");

long Memory(string what = "VmRSS") =>
    long.Parse(
        File.ReadLines($"/proc/{pid}/status")
            .First(line => line.StartsWith(what, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]
    ) / 1024;

// In hundredths of a second.
long Cpu()
{
    var fields = File.ReadAllText($"/proc/{pid}/stat").Split(' ');
    return long.Parse(fields[13]) + long.Parse(fields[14]);
}

HttpClient Client(Action<HttpClient> logIn)
{
    var client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri(address),
        Timeout = Timeout.InfiniteTimeSpan,
    };
    client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
    client.DefaultRequestHeaders.Add("Accept", "application/json");
    logIn(client);
    return client;
}
