using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>The routes that only the manual knows: its flat fields with a numeric status, and the usual task beside them.</summary>
public sealed class ManualRoutesTests
{
    [Fact]
    public async Task Fetching_answers_the_flat_fields_and_the_whole_task()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var id = (await alice.ScheduleAsync(customId: "c1")).TaskId;

        var data = (JsonObject)(await alice.OcsAsync("POST", $"/task/{id}")).Data!;

        var task = data["task"]!;
        data.Remove("task");
        data.ToJsonString()
            .Should()
            .Be(
                $$"""
                {"id":{{id}},"type":"core:text2text","status":1,"userId":"alice","appId":"test",
                "customId":"c1","input":{"input":"hello"},"output":null}
                """.ReplaceLineEndings("")
            );
        task.ToJsonString().Should().Be((await alice.OcsAsync("GET", $"/task/{id}")).Task.ToJsonString());
    }

    [Theory]
    [InlineData("/task/")]
    [InlineData("/tasks/")]
    public async Task A_worker_reports_through_the_manuals_spellings(string spelling)
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var route = spelling + (await alice.ScheduleAsync()).TaskId;

        var half = await worker.OcsAsync("GET", $"{route}/progress?progress=0.5");
        ((int)half.Data!["status"]!).Should().Be(2);
        ((double)half.Task["progress"]!).Should().Be(0.5);
        ((double)(await worker.OcsAsync("POST", $"{route}/progress", new { progress = 0.75 })).Task["progress"]!).Should().Be(0.75);

        var read = await alice.OcsAsync("GET", $"{route}/progress");
        ((double)read.Task["progress"]!).Should().Be(0.75, "a read without the parameter changes nothing");
        (await worker.OcsAsync("GET", $"{route}/progress")).Task["status"]!.ToString().Should().Be("STATUS_RUNNING");

        var done = await worker.OcsAsync("POST", $"{route}/result", new { output = new { output = "world" } });
        ((int)done.Data!["status"]!).Should().Be(3);
        done.Data["output"]!.ToJsonString().Should().Be("""{"output":"world"}""");
    }

    [Fact]
    public async Task Users_and_guests_may_read_progress_but_report_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice", isAdmin: true);
        using var guest = server.Guest();
        var id = (await alice.ScheduleAsync()).TaskId;

        foreach (var caller in new[] { alice, guest })
        {
            foreach (
                var (method, route) in new[]
                {
                    ("GET", "progress?progress=0.5"),
                    ("POST", "progress?progress=0.5"),
                    ("POST", "result?errorMessage=x"),
                }
            )
                (await caller.OcsAsync(method, $"/task/{id}/{route}"))
                    .Should()
                    .BeEquivalentTo(
                        new
                        {
                            HttpStatus = 412,
                            StatusCode = 0,
                            Message = "ExApp required",
                        }
                    );
        }

        (await guest.OcsAsync("GET", $"/task/{id}/progress")).HttpStatus.Should().Be(404);
        var task = (await alice.OcsAsync("GET", $"/task/{id}/progress")).Task;
        task["status"]!.ToString().Should().Be("STATUS_SCHEDULED");
        task["progress"].Should().BeNull();
    }

    [Fact]
    public async Task Cancelling_and_refused_reports_answer_like_their_other_spelling()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var id = (await alice.ScheduleAsync()).TaskId;

        (await worker.OcsAsync("POST", $"/task/{id}/progress", new { progress = 1.5 }))
            .Should()
            .BeEquivalentTo(new { HttpStatus = 400, Message = "Parameter \"progress\" must be a number from 0 to 1" });
        (await worker.OcsAsync("POST", $"/task/{id}/result", new { }))
            .Should()
            .BeEquivalentTo(new { HttpStatus = 400, Message = "Either \"output\" or \"errorMessage\" must be given" });
        (await worker.OcsAsync("POST", "/task/999999/progress", new { progress = 0.5 }))
            .Should()
            .BeEquivalentTo(new { HttpStatus = 404, Message = "Not found" });

        ((int)(await alice.OcsAsync("POST", $"/task/{id}/cancel")).Data!["status"]!).Should().Be(5);
        ((int)(await alice.OcsAsync("POST", $"/task/{id}/cancel")).Data!["status"]!).Should().Be(5, "cancelling again changes nothing");
        (await alice.OcsAsync("POST", "/task/999999/cancel")).HttpStatus.Should().Be(404);
        (await alice.OcsAsync("POST", "/task/999999")).Should().BeEquivalentTo(new { HttpStatus = 404, Message = "Task not found" });
    }
}
