using System.Net.Http.Json;

namespace Soak.Scenes;

/// <summary>Clients schedule, repeat, wait, cancel and delete.</summary>
internal sealed class TaskScenes(Stage stage)
{
    /// <summary>A task whose client does with it what clients do.</summary>
    public async Task TextAsync(Random random, CancellationToken cancellationToken)
    {
        var user = stage.AsAnyUser(random);
        var id = await ScheduleAsync(user, random, cancellationToken);
        switch (random.Next(6))
        {
            case 0:
                await user.PostAsync($"{Caller.Tasks}/tasks/{id}/cancel", new { }, cancellationToken);
                break;
            case 1:
                await user.DeleteAsync($"{Caller.Tasks}/task/{id}", cancellationToken);
                break;
            case 2:
                await user.CallAsync("GET", $"{Caller.Tasks}/tasks/{id}/queue_position", null, [200, 412], cancellationToken);
                break;
            default:
                await user.WaitAsync(id, cancellationToken);
                break;
        }
    }

    /// <summary>A guest's task.</summary>
    public async Task GuestAsync(Random random, CancellationToken cancellationToken)
    {
        var guest = stage.AsGuest();
        var id = await ScheduleAsync(guest, random, cancellationToken);
        if (await guest.WaitAsync(id, cancellationToken) is null)
            await guest.PostAsync($"{Caller.Tasks}/tasks/{id}/cancel", new { }, cancellationToken);
    }

    /// <summary>Streams of events and long polls that are cut.</summary>
    public async Task CutWaitsAsync(Random random, CancellationToken cancellationToken)
    {
        var user = stage.AsAnyUser(random);
        var id = await ScheduleAsync(user, random, cancellationToken);
        foreach (var path in new[] { $"/task/{id}/events", "/tasks/events", $"/task/{id}?wait=30" })
            await user.CutAsync("GET", Caller.Tasks + path, TimeSpan.FromMilliseconds(random.Next(20, 400)), cancellationToken);
        if (random.Next(4) == 0)
            await stage
                .AsApp()
                .CutAsync("GET", Worker.Next(1, wait: 30), TimeSpan.FromMilliseconds(random.Next(5, 100)), cancellationToken);
    }

    /// <summary>Lists, counts and pages.</summary>
    public async Task ReadAsync(Random random, CancellationToken cancellationToken)
    {
        var user = stage.AsAnyUser(random);
        string[] paths =
        [
            $"{Caller.Tasks}/tasktypes",
            $"{Caller.Tasks}/tasks?newest=20",
            $"{Caller.Tasks}/tasks/app/soak",
            "/api/v1/tasks?limit=20",
            "/ocs/v2.php/cloud/capabilities",
            "/ocs/v2.php/cloud/user",
            "/status.php",
            "/",
            "/assets/assistant.js",
        ];
        foreach (var path in random.GetItems(paths, 3))
            await user.GetAsync(path, cancellationToken);
    }

    /// <summary>An operator looks, and has a failed task run again.</summary>
    public async Task OperateAsync(Random random, CancellationToken cancellationToken)
    {
        var admin = stage.AsAdmin();
        foreach (var path in new[] { "/admin/overview", "/queue_stats", "/admin/users" })
            await admin.GetAsync(Caller.Tasks + path, cancellationToken);
        var failed = (await admin.GetAsync($"{Caller.Tasks}/admin/failed", cancellationToken)).Data.GetProperty("tasks");
        if (failed.GetArrayLength() == 0)
            return;

        var id = failed[random.Next(failed.GetArrayLength())].GetProperty("id").GetInt64();
        await admin.PostAsync($"{Caller.Tasks}/admin/tasks/{id}/requeue", new { }, cancellationToken, 404, 409);
    }

    /// <summary>A task with a file of its user's.</summary>
    public async Task SoundAsync(Random random, CancellationToken cancellationToken)
    {
        var (person, user) = stage.AnyUser(random);
        var path = $"/remote.php/dav/files/{person.Name}/{stage.NewName("sound")}.wav";
        var put = await user.CallAsync("PUT", path, FileScenes.Bytes(random, 40_000), [201], cancellationToken);
        var id = await ScheduleAsync(user, Cast.Sound, new { input = put.FileId }, random, cancellationToken);
        if (random.Next(3) > 0)
            await user.WaitAsync(id, cancellationToken);
        await user.DeleteAsync(path, cancellationToken);
    }

    /// <summary>A task that answers with a file.</summary>
    public async Task PictureAsync(Random random, CancellationToken cancellationToken)
    {
        var user = stage.AsAnyUser(random);
        var id = await ScheduleAsync(user, Cast.Picture, new { input = "a house", numberOfImages = 1 }, random, cancellationToken);
        if (
            await user.WaitAsync(id, cancellationToken) is not { } task
            || task.GetProperty("output").ValueKind != System.Text.Json.JsonValueKind.Object
        )
            return;

        var file = task.GetProperty("output").GetProperty("images")[0].GetInt64();
        await user.CallAsync("GET", $"{Caller.Tasks}/tasks/{id}/file/{file}", null, [200, 404], cancellationToken);
        if (random.Next(3) == 0)
            await user.DeleteAsync($"{Caller.Tasks}/task/{id}", cancellationToken);
    }

    private Task<long> ScheduleAsync(Caller caller, Random random, CancellationToken cancellationToken)
    {
        string[] types = [Cast.Text, Cast.Text, Cast.Text, .. stage.Cast.OwnTypes];
        var text = string.Concat(
            Enumerable.Repeat("Rain falls on the roof of house number one. ", random.Next(1, random.Next(12) == 0 ? 2000 : 40))
        );
        return ScheduleAsync(caller, random.GetItems(types, 1)[0], new { input = text }, random, cancellationToken);
    }

    /// <summary>Some with a key, and some of those again; some with a webhook.</summary>
    private async Task<long> ScheduleAsync(Caller caller, string type, object input, Random random, CancellationToken cancellationToken)
    {
        var name = stage.NewName("task");
        var hook = random.Next(5) == 0 ? random.GetItems([.. stage.Cast.Receivers], 1)[0] : null;
        var body = new
        {
            type,
            appId = "soak",
            customId = name,
            input,
            webhookUri = hook,
            webhookMethod = hook is null ? null : "HTTP:POST",
            preferStreaming = random.Next(4) == 0,
        };
        (string, string)[] key = random.Next(2) == 0 ? [("Idempotency-Key", name)] : [];
        var id = (await CallAsync()).TaskId;
        if (key.Length > 0 && random.Next(3) == 0)
            await CallAsync();
        return id;

        Task<Answer> CallAsync() =>
            caller.CallAsync("POST", $"{Caller.Tasks}/schedule", JsonContent.Create(body), [200], cancellationToken, key);
    }
}
