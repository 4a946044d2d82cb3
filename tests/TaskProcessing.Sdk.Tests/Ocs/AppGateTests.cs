using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Ocs;

/// <summary>A server that refuses the app is left alone: wrong tries are counted there.</summary>
public sealed class AppGateTests : IAsyncLifetime
{
    private const string Seven = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/progress";
    private const string State = "GET /ocs/v2.php/apps/app_api/ex-app/state";

    private static readonly Answer AppRequired = Raw(412, """{"message":"ExApp required"}""");
    private static readonly Answer WrongSecret = Envelope("""{"message":"AppAPI authentication failed"}""", 997, http: 401);
    private readonly ManualTimeProvider _time = new();
    private StandInServer _server = null!;
    private OcsWorkSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync();
        _source = new OcsWorkSource(
            new OcsWorkerOptions
            {
                Server = _server.Address,
                AppId = "words",
                Secret = "s3cret",
            },
            _time
        );
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Wrong_credentials_silence_every_call_for_ten_minutes_and_then_a_single_question_goes_ahead()
    {
        _server.On(Seven, AppRequired, Answered(7, "STATUS_RUNNING")).On(State, WrongSecret, WrongSecret, Envelope("1"));

        (await RefusedAsync()).Message.Should().Contain("APP_SECRET is wrong");
        _time.Advance(TimeSpan.FromMinutes(9));
        (await RefusedAsync()).RetryAfter.Should().Be(TimeSpan.FromMinutes(1));
        _server.Calls.Should().HaveCount(2);

        _time.Advance(TimeSpan.FromMinutes(1));
        (await RefusedAsync()).RetryAfter.Should().Be(TimeSpan.FromMinutes(10));
        _source.SilentUntil.Should().Be(_time.GetUtcNow() + TimeSpan.FromMinutes(10));
        _server.CallsTo(Seven).Should().ContainSingle();

        _time.Advance(TimeSpan.FromMinutes(10));
        await ReportAsync();
        _source.SilentUntil.Should().BeNull();
        _server.CallsTo(State).Should().HaveCount(3);
        _server.CallsTo(Seven).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_disabled_app_is_called_disabled_and_asks_every_minute()
    {
        _server.On(Seven, AppRequired, Answered(7, "STATUS_RUNNING")).On(State, Envelope("0"), Envelope("0"), Envelope("1"));

        (await RefusedAsync()).Message.Should().Contain("disabled").And.NotContain("APP_SECRET");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await RefusedAsync()).Message.Should().Contain("disabled");
        _time.Advance(TimeSpan.FromMinutes(1));
        await ReportAsync();

        _server.CallsTo(Seven).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_lock_out_lasts_thirty_minutes_and_is_asked_for_nothing_before()
    {
        _server.On(Seven, Raw(429, """{"message":"Reached maximum delay"}"""), Answered(7, "STATUS_RUNNING")).On(State, Envelope("1"));

        (await RefusedAsync()).RetryAfter.Should().Be(TimeSpan.FromMinutes(30));
        _time.Advance(TimeSpan.FromMinutes(29));
        await RefusedAsync();
        _server.Calls.Should().ContainSingle();

        _time.Advance(TimeSpan.FromMinutes(1));
        await ReportAsync();
        _server.Calls.Select(call => call.Line).Skip(1).Should().Equal(State, Seven);
    }

    [Fact]
    public async Task A_limit_that_names_its_end_concerns_the_one_call()
    {
        _server.On(Seven, Raw(429, "", ("Retry-After", "40")), Answered(7, "STATUS_RUNNING"));

        (await RefusedAsync()).RetryAfter.Should().Be(TimeSpan.FromSeconds(40));

        await ReportAsync();
        _source.SilentUntil.Should().BeNull();
    }

    [Fact]
    public async Task A_call_that_is_refused_to_an_accepted_app_silences_nothing()
    {
        _server.On(Seven, AppRequired, Answered(7, "STATUS_RUNNING")).On(State, Envelope("1"));

        (await RefusedAsync()).Message.Should().Be("ExApp required");

        await ReportAsync();
    }

    [Fact]
    public async Task A_server_without_the_question_is_tried_with_the_call_itself()
    {
        _server.On(Seven, AppRequired, Answered(7, "STATUS_RUNNING"));

        await RefusedAsync();
        _time.Advance(TimeSpan.FromMinutes(10));

        await ReportAsync();
    }

    [Fact]
    public async Task Calls_at_the_same_moment_are_counted_once_by_the_server_afterwards()
    {
        _server.On(Seven, AppRequired, Answered(7, "STATUS_RUNNING")).On(State, WrongSecret);
        await RefusedAsync();
        _time.Advance(TimeSpan.FromMinutes(10));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefusedAsync()));

        _server.CallsTo(State).Should().HaveCount(2);
        _server.CallsTo(Seven).Should().ContainSingle();
    }

    [Fact]
    public async Task The_silence_can_be_ended_by_somebody_who_knows()
    {
        _server.On(Seven, AppRequired, Answered(7, "STATUS_RUNNING")).On(State, Envelope("0"));
        await RefusedAsync();

        _source.EndSilence();

        await ReportAsync();
    }

    [Fact]
    public void A_refusal_of_the_app_and_one_of_the_call_are_told_apart()
    {
        new OcsException("wrong", HttpStatusCode.Unauthorized, 997).Silence.Should().Be(TimeSpan.FromMinutes(10));
        new OcsException("ExApp required", HttpStatusCode.PreconditionFailed).Silence.Should().Be(TimeSpan.FromMinutes(10));
        new OcsException("no provider", HttpStatusCode.PreconditionFailed, 412).Silence.Should().BeNull();
        new OcsException("locked out", HttpStatusCode.TooManyRequests).Silence.Should().Be(TimeSpan.FromMinutes(30));
        new OcsException("down", new HttpRequestException()).Silence.Should().BeNull();
        new OcsException("failed", HttpStatusCode.InternalServerError, 996).IsInternalError.Should().BeTrue();
        new OcsException("failed", HttpStatusCode.InternalServerError).IsInternalError.Should().BeFalse();
    }

    private async Task<OcsException> RefusedAsync() =>
        (await FluentActions.Awaiting(ReportAsync).Should().ThrowAsync<OcsException>()).Which;

    private async Task ReportAsync() => await _source.ReportProgressAsync(Claimed(7), 0.5, TestContext.Current.CancellationToken);
}
