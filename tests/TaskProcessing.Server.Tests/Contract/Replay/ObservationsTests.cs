using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>Repeats the observations that the recording has beside its answers.</summary>
public sealed class ObservationsTests
{
    private const string Provider = "/ocs/v2.php/taskprocessing/tasks_provider";
    private const string User = "/ocs/v2.php/taskprocessing";

    [Fact]
    public async Task Eight_concurrent_claimers_get_sixty_tasks_once_each()
    {
        await using var server = await RecordedServer.StartAsync();
        for (var count = 0; count < 60; count++)
            await ScheduleAsync(server);

        var claimed = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    var ids = new List<string>();
                    while (await NextAsync(server, "oracle_provider-core_text2text") is { Status: 200 } answer)
                        ids.Add(answer.Body!["ocs"]!["data"]!["task"]!["id"]!.ToJsonString());
                    return ids;
                })
        );

        claimed.SelectMany(ids => ids).Should().HaveCount(60).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Of_two_providers_of_one_type_only_the_preferred_one_is_given_tasks()
    {
        await using var server = await RecordedServer.StartAsync();
        var registration = RecordedCall.Find("providers", "register core:text2text").Request["body"]!.DeepClone();
        registration["provider"]!["id"] = "second";
        await server.CallAsync("exapp:", "POST", "/apps/app_api/api/v1/ai_provider/task_processing", registration);
        await ScheduleAsync(server);
        await ScheduleAsync(server);

        int[] statuses = [(await NextAsync(server, "oracle_provider-core_text2text")).Status, (await NextAsync(server, "second")).Status];

        statuses.Should().BeEquivalentTo([200, 204]);
    }

    [Theory]
    [InlineData("GET", User + "/tasktypes", 200)]
    [InlineData("GET", User + "/task/99999999", 404)]
    [InlineData("GET", User + "/tasks", 200)]
    [InlineData("GET", User + "/tasks/app/none", 200)]
    [InlineData("POST", User + "/tasks/99999999/cancel", 404)]
    [InlineData("DELETE", User + "/task/99999999", 200)]
    [InlineData("GET", Provider + "/next?providerIds[]=p&taskTypeIds[]=t", 204)]
    [InlineData("POST", Provider + "/99999999/progress?progress=0.5", 404)]
    [InlineData("POST", Provider + "/99999999/result?errorMessage=x", 404)]
    public async Task Nothing_but_scheduling_is_limited(string method, string path, int status)
    {
        await using var server = await RecordedServer.StartAsync(withProviders: false, withRateLimits: true);

        for (var count = 0; count < 30; count++)
            (await server.SendAsync("exapp:alice", method, path)).Status.Should().Be(status);
    }

    private static Task<JsonNode> ScheduleAsync(RecordedServer server) =>
        server.CallAsync("alice", "POST", "/taskprocessing/schedule", RecordedCall.Find("schedule", "ok/v2-acceptjson").Request["body"]);

    private static Task<RecordedAnswer> NextAsync(RecordedServer server, string providerId) =>
        server.SendAsync("exapp:", "GET", $"{Provider}/next?providerIds[]={providerId}&taskTypeIds[]=core:text2text");
}
