using System.Text.Json;
using TaskProcessing.Benches;

namespace Soak.Scenes;

/// <summary>A provider app: it reports, streams, succeeds, fails, has tasks tried again, gives them back, and falls silent.</summary>
internal sealed class Worker(Stage stage)
{
    private const string Provider = $"{Caller.Tasks}/tasks_provider";

    private static readonly string[] Types = [Cast.Text, Cast.Sound, Cast.Picture];

    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    );

    public static string Next(int count, int wait) =>
        $"{Provider}/next_batch?numberOfTasks={count}&wait={wait}"
        + string.Concat(Types.Select(type => $"&providerIds[]={ProviderOf(type)}&taskTypeIds[]={Uri.EscapeDataString(type)}"));

    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        foreach (var type in Types)
            await stage.AsApp().PostAsync(Callers.Registrations, Callers.Registration(ProviderOf(type), type), cancellationToken);
    }

    public async Task RunAsync(Random random, CancellationToken stopping)
    {
        var app = stage.AsApp();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var batch = (await app.GetAsync(Next(random.Next(1, 6), wait: 2), stopping)).Data.GetProperty("tasks");
                var seeds = batch.EnumerateArray().Select(entry => (entry, new Random(random.Next())));
                await Task.WhenAll(seeds.Select(one => WorkAsync(app, one.entry, one.Item2, stopping)));
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
            catch (Exception error) when (error is SceneOverException or OperationCanceledException)
            {
                // The tally has it, or the run is over.
            }
        }
    }

    private static async Task WorkAsync(Caller app, JsonElement entry, Random random, CancellationToken stopping)
    {
        var (task, claim) = (entry.GetProperty("task"), entry.GetProperty("claim").GetInt64());
        var (id, type) = (task.GetProperty("id").GetInt64(), task.GetProperty("type").GetString()!);
        var route = $"{Provider}/{id}";

        // A task may be deleted at any time, with its user or alone.
        await app.PostAsync($"{route}/progress", new { progress = 0.2, claim }, stopping, 404);
        if (type == Cast.Sound)
            await app.CallAsync(
                "GET",
                $"{route}/file/{task.GetProperty("input").GetProperty("input").GetInt64()}",
                null,
                [200, 404],
                stopping
            );
        if (random.Next(4) == 0)
            await app.PostAsync($"{route}/stream-result", new { output = new { output = "so far" }, claim }, stopping, 404);
        if (random.Next(4) == 0)
            await app.PostAsync($"{route}/heartbeat", new { claim }, stopping, 404);

        switch (random.Next(16))
        {
            case 0: // falls silent
                return;
            case 1:
                await app.PostAsync($"{route}/release", new { claim }, stopping, 404, 409);
                return;
            case 2:
                await app.PostAsync($"{route}/result", new { errorMessage = "broken", claim }, stopping, 404);
                return;
            case 3:
                await app.PostAsync(
                    $"{route}/result",
                    new
                    {
                        errorMessage = "busy",
                        retryable = true,
                        claim,
                    },
                    stopping,
                    404
                );
                return;
        }

        object output = new { output = "done" };
        if (type == Cast.Picture)
        {
            var file = await UploadAsync(app, route, stopping);
            // Sometimes a file that no result names is left behind.
            if (random.Next(4) == 0)
                await UploadAsync(app, route, stopping);
            if (file is null)
                return;
            output = new { images = new[] { file.Value } };
        }

        await app.PostAsync($"{route}/result", new { output, claim }, stopping, 404);
    }

    private static async Task<long?> UploadAsync(Caller app, string route, CancellationToken stopping)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Png), "file", "picture.png" } };
        var answer = await app.CallAsync("POST", $"{route}/file", form, [201, 404], stopping);
        return answer.Code == 404 ? null : answer.Data.GetProperty("fileId").GetInt64();
    }

    private static string ProviderOf(string type) => $"{Cast.App}:{type.Replace(':', '-')}";
}
