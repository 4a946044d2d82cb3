using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>A task's whole life over HTTP, with a provider app at the other end.</summary>
public sealed class FirstJourneyTests
{
    private const string Root = "/ocs/v2.php/taskprocessing";

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task A_scheduled_task_is_claimed_progresses_and_is_answered(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        using var alice = await server.UserAsync("alice");
        using var app = await server.ExAppAsync("worker");
        await app.RegisterAsync("worker:text2text", "core:text2text");

        var scheduled = await TaskOf(
            await alice.PostAsJsonAsync(
                $"{Root}/schedule",
                new
                {
                    input = new { input = "hello" },
                    type = "core:text2text",
                    appId = "test",
                }
            )
        );
        var id = scheduled.GetProperty("id").GetInt64();
        scheduled.GetProperty("status").GetString().Should().Be("STATUS_SCHEDULED");

        var claimed = await app.GetFromJsonAsync<JsonElement>(
            $"{Root}/tasks_provider/next?providerIds[]=worker:text2text&taskTypeIds[]=core:text2text"
        );
        claimed
            .GetProperty("ocs")
            .GetProperty("data")
            .GetProperty("provider")
            .GetProperty("name")
            .GetString()
            .Should()
            .Be("worker:text2text");
        (await app.PostAsJsonAsync($"{Root}/tasks_provider/{id}/progress", new { progress = 0.5 })).EnsureSuccessStatusCode();
        (await TaskOf(await alice.GetAsync($"{Root}/task/{id}"))).GetProperty("progress").GetDouble().Should().Be(0.5);

        (
            await app.PostAsJsonAsync($"{Root}/tasks_provider/{id}/result", new { output = new { output = "world" } })
        ).EnsureSuccessStatusCode();
        var finished = await TaskOf(await alice.GetAsync($"{Root}/task/{id}"));
        finished.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        finished.GetProperty("output").GetProperty("output").GetString().Should().Be("world");

        var next = await app.GetAsync($"{Root}/tasks_provider/next?providerIds[]=worker:text2text&taskTypeIds[]=core:text2text");
        next.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    private static async Task<JsonElement> TaskOf(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ocs").GetProperty("data").GetProperty("task");
    }
}
