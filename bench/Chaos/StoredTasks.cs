using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Chaos;

/// <summary>The server's tasks, as its REST API shows them to an operator.</summary>
internal sealed class StoredTasks : IDisposable
{
    private const string Root = "/api/v1/tasks";
    private const int Page = 1000;
    private const int AtATime = 16;

    private readonly HttpClient _http;

    public StoredTasks(Uri address, string serviceKey)
    {
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Add("X-API-Key", serviceKey);
    }

    public async Task<bool> AnyAsync(string status, CancellationToken cancellationToken) =>
        (await DataAsync($"{Root}?limit=1&status={status}", cancellationToken)).GetArrayLength() > 0;

    public async Task<IReadOnlyCollection<StoredTask>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        var before = long.MaxValue;
        while (true)
        {
            var page = await DataAsync($"{Root}?limit={Page}&before_id={before}", cancellationToken);
            ids.AddRange(page.EnumerateArray().Select(task => task.GetProperty("id").GetInt64()));
            if (page.GetArrayLength() < Page)
                break;
            before = ids[^1];
        }

        var tasks = new ConcurrentBag<StoredTask>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(ids, options, async (id, token) => tasks.Add(StoredTask.Of(await DataAsync($"{Root}/{id}", token))));
        return tasks;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> DataAsync(string path, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<JsonElement>(path, cancellationToken)).GetProperty("data");
}

/// <summary>A task as it is in the end.</summary>
internal sealed record StoredTask(long Id, string Status, string? Output, IReadOnlyList<(string Event, DateTime At)> History)
{
    public string OcsStatus =>
        Status switch
        {
            "completed" => "STATUS_SUCCESSFUL",
            "failed" => "STATUS_FAILED",
            "cancelled" => "STATUS_CANCELLED",
            _ => Status,
        };

    public static StoredTask Of(JsonElement task) =>
        new(
            task.GetProperty("id").GetInt64(),
            task.GetProperty("status").GetString()!,
            task.GetProperty("result") is { ValueKind: JsonValueKind.Object } result && result.TryGetProperty("output", out var output)
                ? output.GetString()
                : null,
            [
                .. task.GetProperty("history")
                    .EnumerateArray()
                    .Select(one =>
                        (
                            one.GetProperty("event").GetString()!,
                            DateTime.Parse(
                                one.GetProperty("at").GetString()!,
                                CultureInfo.InvariantCulture,
                                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal
                            )
                        )
                    ),
            ]
        );
}
