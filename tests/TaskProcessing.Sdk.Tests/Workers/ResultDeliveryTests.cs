using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>Results that pile up are sent together.</summary>
public sealed class ResultDeliveryTests : IAsyncLifetime
{
    private const string Root = "POST /ocs/v2.php/taskprocessing/tasks_provider";
    private const int Singles = 4;

    private readonly TaskCompletionSource _singlesMayAnswer = new();
    private StandInServer _server = null!;
    private OcsWorkSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync();
        _source = new OcsWorkSource(
            new OcsWorkerOptions
            {
                Server = _server.Address,
                AppId = "a",
                AppVersion = "1",
                Secret = "s",
            },
            TimeProvider.System
        );
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Results_that_wait_behind_calls_are_sent_together()
    {
        _server.On($"{Root}/results", Outcomes(_ => (200, "STATUS_SUCCESSFUL"))).On(Root, Held);

        var answers = await DeliverAsync(Singles + 3);

        answers.Should().AllBeEquivalentTo(ProcessingStatus.Successful);
        _server
            .CallsTo($"{Root}/results")
            .Should()
            .ContainSingle()
            .Which.Json.ToString()
            .Should()
            .Be($$$"""{"results":[{{{Sent(5)}}},{{{Sent(6)}}},{{{Sent(7)}}}]}""");
        _server.Calls.Should().HaveCount(Singles + 1);
    }

    [Fact]
    public async Task Every_result_gets_the_answer_that_is_its_own()
    {
        _server
            .On(
                $"{Root}/results",
                Outcomes(place =>
                    place switch
                    {
                        0 => (404, null),
                        1 => (400, null),
                        _ => (200, "STATUS_CANCELLED"),
                    }
                )
            )
            .On(Root, Held);
        var deliveries = Start(Singles + 3);
        _singlesMayAnswer.SetResult();

        (await deliveries[4]).Should().BeNull();
        (await FluentActions.Awaiting(() => deliveries[5]).Should().ThrowAsync<OcsException>())
            .Which.Kind.Should()
            .Be(OcsErrorKind.InvalidInput);
        (await deliveries[6]).Should().Be(ProcessingStatus.Cancelled);
    }

    [Fact]
    public async Task A_server_without_the_call_gets_them_one_by_one_and_is_not_asked_again()
    {
        _server.On($"{Root}/results", NoRoute).On(Root, Held);

        var first = await DeliverAsync(Singles + 3);
        var second = await DeliverAsync(Singles + 3);

        first.Concat(second).Should().AllBeEquivalentTo(ProcessingStatus.Successful);
        _server.CallsTo($"{Root}/results").Should().ContainSingle();
    }

    [Fact]
    public async Task A_failed_call_for_many_results_fails_each_of_them()
    {
        _server.On($"{Root}/results", Raw(503, "{}")).On(Root, Held);
        var deliveries = Start(Singles + 2);
        _singlesMayAnswer.SetResult();

        foreach (var delivery in deliveries[Singles..])
            (await FluentActions.Awaiting(() => delivery).Should().ThrowAsync<OcsException>()).Which.MayPass.Should().BeTrue();
    }

    [Fact]
    public async Task A_result_without_a_waiter_is_not_sent()
    {
        using var gone = new CancellationTokenSource();
        _server.On(Root, Held);
        var deliveries = Start(Singles);
        var abandoned = _source.FinishAsync(Claimed(99), Result(99), gone.Token).AsTask();

        await gone.CancelAsync();
        await FluentActions.Awaiting(() => abandoned).Should().ThrowAsync<OperationCanceledException>();
        _singlesMayAnswer.SetResult();
        await Task.WhenAll(deliveries);

        _server.Calls.Should().HaveCount(Singles);
    }

    private static string Sent(int id) =>
        $$$"""{"id":{{{id}}},"output":{"output":"of {{{id}}}"},"errorMessage":null,"userFacingErrorMessage":null,"claim":{{{id + 100}}}}""";

    private static TaskResult Result(long id) => new() { Output = new TaskOutput { { "output", $"of {id}" } } };

    /// <summary>Answers each result of a call as told.</summary>
    private static Answer Outcomes(Func<int, (int Code, string? Status)> outcome) =>
        async http =>
        {
            // The stand-in has read the body already; the ids are those that are left.
            var results = Enumerable
                .Range(Singles + 1, 3)
                .Select((id, place) => (id, outcome(place)))
                .Select(entry => new
                {
                    entry.id,
                    statuscode = entry.Item2.Code,
                    message = "told",
                    status = entry.Item2.Status,
                });
            await Envelope(JsonSerializer.Serialize(new { results }))(http);
        };

    /// <summary>The answer to a single result, once the test lets go.</summary>
    private async Task Held(Microsoft.AspNetCore.Http.HttpContext http)
    {
        await _singlesMayAnswer.Task;
        await Answered(1, "STATUS_SUCCESSFUL")(http);
    }

    private Task<ProcessingStatus?>[] Start(int count) =>
        [
            .. Enumerable
                .Range(1, count)
                .Select(id =>
                    _source.FinishAsync(Claimed(id, claim: id + 100), Result(id), TestContext.Current.CancellationToken).AsTask()
                ),
        ];

    private async Task<ProcessingStatus?[]> DeliverAsync(int count)
    {
        var deliveries = Start(count);
        _singlesMayAnswer.TrySetResult();
        return await Task.WhenAll(deliveries);
    }
}
