using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>The default profile, where the manual's word counts before Nextcloud's.</summary>
public sealed class ManualProfileTests
{
    private static readonly Dictionary<string, string> Nextcloud = new() { ["Ocs:Profile"] = "Nextcloud" };

    [Fact]
    public async Task A_guest_schedules_reads_cancels_and_deletes_a_task_of_his_own()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var guest = server.Guest();

        var task = await guest.ScheduleAsync();
        task.Task["userId"].Should().BeNull();
        (await guest.OcsAsync("GET", $"/task/{task.TaskId}")).TaskId.Should().Be(task.TaskId);
        (await guest.OcsAsync("POST", $"/tasks/{task.TaskId}/cancel")).Task["status"]!.ToString().Should().Be("STATUS_CANCELLED");
        (await guest.OcsAsync("DELETE", $"/task/{task.TaskId}")).HttpStatus.Should().Be(200);
        (await guest.OcsAsync("GET", $"/task/{task.TaskId}")).HttpStatus.Should().Be(404);

        foreach (var route in new[] { "/tasks", "/tasks/app/test", "/queue_stats" })
            (await guest.OcsAsync("GET", route))
                .Should()
                .BeEquivalentTo(
                    new
                    {
                        HttpStatus = 401,
                        StatusCode = 997,
                        MetaMessage = "Current user is not logged in",
                    }
                );
    }

    [Fact]
    public async Task A_guests_task_is_hidden_from_users_apps_and_other_addresses()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Proxies:Trusted:0"] = "127.0.0.1" }
        );
        using var worker = await server.WorkerAsync("core:text2text");
        using var guest = server.Guest();
        using var neighbour = server.Guest();
        using var alice = await server.UserAsync("alice", isAdmin: true);
        guest.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");
        neighbour.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.8");

        var id = (await guest.ScheduleAsync()).TaskId;

        foreach (var other in new[] { neighbour, alice })
        {
            (await other.OcsAsync("GET", $"/task/{id}")).Should().BeEquivalentTo(new { HttpStatus = 404, Message = "Task not found" });
            (await other.OcsAsync("POST", $"/tasks/{id}/cancel")).Should().BeEquivalentTo(new { HttpStatus = 404, Message = "Not found" });
            (await other.OcsAsync("DELETE", $"/task/{id}")).HttpStatus.Should().Be(404);
        }

        (await worker.OcsAsync("GET", $"/tasks_consumer/task/{id}")).HttpStatus.Should().Be(404);
        (await guest.OcsAsync("GET", $"/task/{id}")).HttpStatus.Should().Be(200);
    }

    [Fact]
    public async Task A_guest_may_not_name_files()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:audio2text");
        using var guest = server.Guest();

        (await guest.TryScheduleAsync("core:audio2text", new { input = 7 }))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 401,
                    StatusCode = 401,
                    Message = "Cannot schedule task with files referenced without user context",
                }
            );
    }

    [Theory]
    [InlineData("Guests:Enabled", "false")]
    [InlineData("Ocs:Profile", "Nextcloud")]
    public async Task Guests_can_be_kept_out(string key, string value)
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { [key] = value });
        using var guest = server.Guest();

        foreach (
            var (method, route) in new[]
            {
                ("GET", "/tasktypes"),
                ("POST", "/schedule"),
                ("GET", "/task/1"),
                ("DELETE", "/task/1"),
                ("POST", "/tasks/1/cancel"),
            }
        )
            (await guest.OcsAsync(method, route)).Should().BeEquivalentTo(new { HttpStatus = 401, StatusCode = 997 });
    }

    [Fact]
    public async Task Deleting_what_is_not_there_or_not_ones_own_is_a_404()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        var id = (await alice.ScheduleAsync()).TaskId;

        (await alice.OcsAsync("DELETE", "/task/999999"))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 404,
                    StatusCode = 404,
                    MetaMessage = "",
                    Message = "Task not found",
                }
            );
        (await alice.SendOcsAsync("DELETE", "/ocs/v1.php/taskprocessing/task/999999", null))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 200,
                    StatusCode = 404,
                    Message = "Task not found",
                }
            );
        (await bob.OcsAsync("DELETE", $"/task/{id}")).HttpStatus.Should().Be(404);
        (await alice.OcsAsync("DELETE", $"/task/{id}"))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 200,
                    StatusCode = 200,
                    MetaMessage = "OK",
                }
            );
        (await alice.OcsAsync("DELETE", $"/task/{id}")).HttpStatus.Should().Be(404);
    }

    [Fact]
    public async Task An_unknown_type_is_a_400_that_names_near_ids_and_a_known_one_without_provider_a_412()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");

        var unknown = await alice.TryScheduleAsync("core:text2text:sumary", new { input = "x" });
        unknown.HttpStatus.Should().Be(400);
        unknown.Message.Should().StartWith("There is no such task type. Did you mean core:text2text:summary, ");

        (await alice.TryScheduleAsync("core:text2text:summary", new { input = "x" }))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 412,
                    StatusCode = 412,
                    MetaMessage = "",
                    Message = "The given provider is not available",
                }
            );
    }

    [Fact]
    public async Task In_the_profile_Nextcloud_an_unknown_type_is_a_412_and_the_manuals_routes_are_absent()
    {
        await using var server = await TestServer.StartAsync(settings: Nextcloud);
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var id = (await alice.ScheduleAsync()).TaskId;

        (await alice.TryScheduleAsync("core:text2text:sumary", new { input = "x" }))
            .Should()
            .BeEquivalentTo(new { HttpStatus = 412, Message = "The given provider is not available" });
        (await alice.OcsAsync("POST", $"/task/{id}")).HttpStatus.Should().Be(405, "GET and DELETE are there");
        foreach (
            var (method, route) in new[]
            {
                ("POST", "task/{0}/cancel"),
                ("GET", "task/{0}/progress"),
                ("POST", "tasks/{0}/progress"),
                ("POST", "task/{0}/result"),
                ("POST", "tasks/{0}/result"),
            }
        )
        {
            (await worker.OcsAsync(method, "/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, route, id)))
                .Should()
                .BeEquivalentTo(new { HttpStatus = 404, StatusCode = 998 });
        }
    }

    [Fact]
    public async Task Empty_maps_are_maps_in_the_profile_Manual_and_lists_in_the_profile_Nextcloud()
    {
        var withoutTypes = new Dictionary<string, string> { ["TaskTypes:Pipelines"] = "false" };
        await using var manual = await TestServer.StartAsync(settings: withoutTypes);
        await using var nextcloud = await TestServer.StartAsync(settings: withoutTypes.Concat(Nextcloud).ToDictionary());

        foreach (var (server, empty) in new[] { (manual, "{}"), (nextcloud, "[]") })
        {
            using var alice = await server.UserAsync("alice");
            (await alice.OcsAsync("GET", "/tasktypes")).Data!["types"]!.ToJsonString().Should().Be(empty);
        }
    }

    [Fact]
    public async Task Slots_say_whether_they_are_mandatory_only_in_the_profile_Manual()
    {
        await using var manual = await TestServer.StartAsync();
        await using var nextcloud = await TestServer.StartAsync(settings: Nextcloud);

        foreach (var (server, isThere) in new[] { (manual, true), (nextcloud, false) })
        {
            using var worker = await server.WorkerAsync("core:text2text");
            using var alice = await server.UserAsync("alice");
            var slot = (JsonObject)(await alice.OcsAsync("GET", "/tasktypes")).Data!["types"]!["core:text2text"]!["inputShape"]!["input"]!;
            slot.Select(field => field.Key)
                .Should()
                .Equal(isThere ? ["name", "description", "type", "mandatory"] : ["name", "description", "type"]);
        }
    }

    [Fact]
    public async Task A_wrong_verb_is_told_the_right_ones()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");

        var reply = await alice.OcsAsync("PUT", "/tasktypes");

        reply.Should().BeEquivalentTo(new { HttpStatus = 405, StatusCode = 405 });
        reply.Message.Should().Contain("GET");
    }

    [Fact]
    public async Task Missing_credentials_and_wrong_ones_are_told_apart()
    {
        await using var server = await TestServer.StartAsync();
        using var nobody = server.Guest();
        nobody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:wrong"));

        (await nobody.OcsAsync("GET", "/tasktypes"))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 401,
                    StatusCode = 997,
                    MetaMessage = "Unauthorised",
                }
            );
    }
}
