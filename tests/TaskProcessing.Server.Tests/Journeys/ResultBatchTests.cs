using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary><c>POST /tasks_provider/results</c>: many results in one call.</summary>
public sealed class ResultBatchTests : IAsyncLifetime
{
    private const string Type = "core:text2text";

    private TestServer _server = null!;
    private HttpClient _app = null!;
    private HttpClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _app = await _server.ExAppAsync("worker");
        _alice = await _server.UserAsync("alice");
        await _app.RegisterAsync("p", Type);
    }

    public async ValueTask DisposeAsync()
    {
        _app.Dispose();
        _alice.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_result_has_an_outcome_of_its_own_in_the_order_of_the_request()
    {
        var (good, problem, failed, empty, late) = (
            await ClaimedAsync(),
            await ClaimedAsync(),
            await ClaimedAsync(),
            await ClaimedAsync(),
            await ClaimedAsync()
        );
        await _alice.PostAsync($"{OcsDriver.Root}/tasks/{late}/cancel", null);

        var outcomes = await SendAsync(
            new { id = good, output = new { output = "done" } },
            new { id = problem, output = new { output = 5 } },
            new
            {
                id = failed,
                errorMessage = "broken",
                userFacingErrorMessage = "Sorry",
            },
            new { id = empty },
            new { id = late, output = new { output = "too late" } },
            new { id = 999_999, output = new { output = "whose?" } }
        );

        outcomes
            .Should()
            .Equal(
                $"{good} 200 OK STATUS_SUCCESSFUL",
                $"{problem} 200 OK STATUS_FAILED",
                $"{failed} 200 OK STATUS_FAILED",
                $"{empty} 400 Either \"output\" or \"errorMessage\" must be given ",
                $"{late} 200 OK STATUS_CANCELLED",
                "999999 404 Not found "
            );
        (await _alice.TaskAsync(good)).GetProperty("output").GetProperty("output").GetString().Should().Be("done");
        (await _alice.TaskAsync(failed)).GetProperty("userFacingErrorMessage").GetString().Should().Be("Sorry");
        (await _alice.TaskAsync(empty)).GetProperty("status").GetString().Should().Be("STATUS_RUNNING");
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_does_not_keep_the_others_from_being_heard()
    {
        var (first, last) = (await ClaimedAsync(), await ClaimedAsync());

        var outcomes = await SendAsync(
            new { id = $"{first}", output = new { output = "one" } },
            new
            {
                id = first,
                output = new { output = "late" },
                claim = "no number",
            },
            new { output = new { output = "of none" } },
            "nonsense",
            new { id = last, output = new { output = "two" } }
        );

        outcomes
            .Should()
            .Equal(
                $"{first} 200 OK STATUS_SUCCESSFUL",
                $"{first} 400 Parameter \"claim\" must be a whole number ",
                "0 400 Parameter \"id\" is missing; it must be a number ",
                "0 400 Every entry must be an object ",
                $"{last} 200 OK STATUS_SUCCESSFUL"
            );
    }

    [Fact]
    public async Task The_first_of_two_results_of_one_task_wins()
    {
        var id = await ClaimedAsync();

        await SendAsync(new { id, output = new { output = "first" } }, new { id, output = new { output = "second" } });

        (await _alice.TaskAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("first");
    }

    [Fact]
    public async Task An_error_that_may_pass_puts_the_task_back_into_the_queue()
    {
        var id = await ClaimedAsync();

        var outcomes = await SendAsync(
            new
            {
                id,
                errorMessage = "busy",
                retryable = true,
            },
            new
            {
                id,
                errorMessage = "busy",
                retryable = true,
                claim = 1,
            },
            new
            {
                id,
                errorMessage = "busy",
                retryable = true,
                claim = 1,
            },
            new
            {
                id,
                errorMessage = "broken",
                claim = 1,
            }
        );

        outcomes
            .Should()
            .Equal(
                $"{id} 400 Parameter \"claim\" is missing; it must be the number that came with the claimed task ",
                $"{id} 200 OK STATUS_SCHEDULED",
                $"{id} 200 OK STATUS_SCHEDULED",
                $"{id} 200 OK STATUS_SCHEDULED"
            );
    }

    [Fact]
    public async Task Of_a_worker_that_lost_its_task_only_a_success_is_taken()
    {
        var (failed, done) = (await ClaimedAsync(), await ClaimedAsync());
        foreach (var id in new[] { failed, done })
        {
            (await _app.PostAsJsonAsync($"{OcsDriver.Root}/tasks_provider/{id}/release", new { claim = 1 })).EnsureSuccessStatusCode();
            (await _app.NextAsync("p", Type)).Should().NotBeNull("a second worker has it now");
        }

        var outcomes = await SendAsync(
            new
            {
                id = failed,
                errorMessage = "broken",
                claim = 1,
            },
            new
            {
                id = done,
                output = new { output = "late" },
                claim = 1,
            },
            new
            {
                id = failed,
                output = new { output = 5 },
                claim = 1,
            }
        );

        outcomes.Should().Equal($"{failed} 200 OK STATUS_RUNNING", $"{done} 200 OK STATUS_SUCCESSFUL", $"{failed} 200 OK STATUS_RUNNING");
    }

    [Theory]
    [InlineData(100, HttpStatusCode.OK, "OK")]
    [InlineData(101, HttpStatusCode.BadRequest, "Parameter \"results\" may hold 100 results, not 101")]
    public async Task A_call_takes_up_to_a_hundred_results(int count, HttpStatusCode status, string message)
    {
        var response = await PostAsync(
            new { results = Enumerable.Range(1, count).Select(i => new { id = 1_000_000 + i, output = new { output = "x" } }) }
        );

        response.StatusCode.Should().Be(status);
        (await Json(response)).GetProperty("meta").GetProperty("message").GetString().Should().Be(message);
    }

    [Theory]
    [InlineData("""{}""", "Parameter \"results\" is missing; it must be an object")]
    [InlineData("""{"results": "7"}""", "Parameter \"results\" must be an object")]
    [InlineData("""{"results": {"id": 7}}""", "Parameter \"results\" must be a list of objects")]
    public async Task A_malformed_list_is_refused(string body, string message)
    {
        var response = await _app.PostAsync($"{OcsDriver.Root}/tasks_provider/results", new StringContent(body, null, "application/json"));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Json(response)).GetProperty("data").GetProperty("message").GetString().Should().Be(message);
    }

    [Fact]
    public async Task Users_cannot_send_results()
    {
        var response = await _alice.PostAsJsonAsync($"{OcsDriver.Root}/tasks_provider/results", new { results = Array.Empty<object>() });

        response.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task The_sdk_delivers_a_pile_of_results_together()
    {
        var options = new OcsWorkerOptions
        {
            Server = _server.Address,
            AppId = "worker",
            AppVersion = "1.0.0",
            Secret = "secret",
        };
        using var source = new OcsWorkSource(options, TimeProvider.System);
        var tasks = new List<ClaimedTask>();
        for (var i = 0; i < 15; i++)
        {
            await _alice.ScheduleAsync(Type, new { input = "text" });
            tasks.Add(
                (
                    await source.ClaimAsync(
                        [
                            new ProviderDescriptor
                            {
                                Id = "p",
                                Name = "p",
                                TaskType = Type,
                            },
                        ],
                        TestContext.Current.CancellationToken
                    )
                )!
            );
        }

        var statuses = await Task.WhenAll(
            tasks.Select(claimed =>
                source
                    .FinishAsync(
                        claimed,
                        new TaskResult { Output = Output($"of {claimed.Task.Id}") },
                        TestContext.Current.CancellationToken
                    )
                    .AsTask()
            )
        );

        statuses.Should().AllBeEquivalentTo(ProcessingStatus.Successful);
        foreach (var id in tasks.Select(claimed => claimed.Task.Id))
            (await _alice.TaskAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be($"of {id}");
    }

    [Fact]
    public async Task An_app_cannot_act_for_a_removed_user()
    {
        using var forAlice = await _server.ExAppAsync("helper", userId: "alice");
        (await forAlice.GetAsync($"{OcsDriver.Root}/tasks_consumer/tasktypes")).StatusCode.Should().Be(HttpStatusCode.OK);

        await _server.Get<Accounts.IAccountStore>().RemoveAsync("alice", CancellationToken.None);
        await _server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);

        (await forAlice.GetAsync($"{OcsDriver.Root}/tasks_consumer/tasktypes")).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
    }

    private static TaskOutput Output(string text) => new() { { "output", text } };

    private static async Task<JsonElement> Json(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ocs");

    private async Task<long> ClaimedAsync()
    {
        var id = await _alice.ScheduleAsync(Type, new { input = "text" });
        (await _app.NextAsync("p", Type)).Should().Be(id);
        return id;
    }

    private Task<HttpResponseMessage> PostAsync(object body) => _app.PostAsJsonAsync($"{OcsDriver.Root}/tasks_provider/results", body);

    /// <summary>A line for each outcome.</summary>
    private async Task<IEnumerable<string>> SendAsync(params object[] results)
    {
        var response = await PostAsync(new { results });
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return
        [
            .. (await Json(response))
                .GetProperty("data")
                .GetProperty("results")
                .EnumerateArray()
                .Select(outcome =>
                    $"{outcome.GetProperty("id")} {outcome.GetProperty("statuscode")} "
                    + $"{outcome.GetProperty("message")} {outcome.GetProperty("status")}"
                ),
        ];
    }
}
