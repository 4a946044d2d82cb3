using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>What <see cref="OcsWorkSource"/> does otherwise on a Nextcloud than on a TaskProcessing server.</summary>
public sealed class NextcloudTests : IAsyncLifetime
{
    private const string Register = "POST /ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";
    private const string Next = "GET /ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Result = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/result";
    private const string Capabilities = "GET /ocs/v2.php/cloud/capabilities";

    private static readonly ProviderDescriptor Drawing = new()
    {
        Id = "draw",
        Name = "Draw",
        TaskType = "core:text2image",
        OptionalInputShape =
        [
            new ShapeDescriptor("style", "style", "A picture to imitate", ShapeType.Image),
            new ShapeDescriptor("seed", "seed", "A number", ShapeType.Number),
            new ShapeDescriptor("masks", "masks", "Where to draw", ShapeType.ListOfImages),
        ],
    };

    private static readonly TaskResult Failure = new() { ErrorMessage = "CUDA error 2", UserFacingErrorMessage = "Too large." };

    private readonly LogLines<OcsWorkSource> _log = new();
    private StandInServer _server = null!;
    private OcsWorkSource _source = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync();
        _source = new OcsWorkSource(
            new OcsWorkerOptions
            {
                Server = _server.Address,
                AppId = "draw",
                Secret = "s3cret",
            },
            TimeProvider.System,
            _log
        );
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task It_is_asked_without_waiting_and_its_claims_are_never_cancelled()
    {
        _server.AsNextcloud().On(Next, NoContent);

        await _source.ClaimAsync([Drawing], Cancel);

        _server.CallsTo(Next).Single().Query.Should().NotContain("wait");
        _source.HoldsClaims.Should().BeFalse();
        _source.CanRelease(Claimed(7)).Should().BeFalse();
        _source.JournalKey.Should().NotContain("s3cret");
    }

    [Fact]
    public async Task A_TaskProcessing_server_holds_claims_and_takes_them_back()
    {
        _server.On(Next, NoContent);
        _source.HoldsClaims.Should().BeFalse("nothing is known of the server yet");

        await _source.ClaimAsync([Drawing], Cancel);

        _source.HoldsClaims.Should().BeTrue();
        _source.CanRelease(Claimed(7, claim: 1)).Should().BeTrue();
    }

    [Fact]
    public async Task Optional_slots_with_files_are_left_out_and_named_once()
    {
        _server.AsNextcloud().On(Register, Envelope("[]"));

        await _source.RegisterAsync([Drawing], Cancel);
        await _source.RegisterAsync([Drawing], Cancel);

        var slots = _server.CallsTo(Register)[1].Json.GetProperty("provider").GetProperty("optional_input_shape");
        slots.EnumerateArray().Select(slot => slot.GetProperty("name").GetString()).Should().Equal("seed");
        _log.Lines.Should().ContainSingle().Which.Should().Contain("draw").And.EndWith("style, masks");
    }

    [Fact]
    public async Task A_TaskProcessing_server_gets_all_slots()
    {
        _server.On(Register, Envelope("[]"));

        await _source.RegisterAsync([Drawing], Cancel);

        _server.CallsTo(Register).Single().Json.GetProperty("provider").GetProperty("optional_input_shape").GetArrayLength().Should().Be(3);
        _log.Lines.Should().BeEmpty();
    }

    [Theory]
    [InlineData("30.0.11.1", "Too large. (CUDA error 2)")]
    [InlineData("32.0.1.2", "Too large. (CUDA error 2)")]
    [InlineData("33.0.0.1", "CUDA error 2")]
    [InlineData("35.0.0.0", "CUDA error 2")]
    public async Task The_sentence_for_the_user_goes_where_the_version_keeps_it(string version, string expected)
    {
        _server.AsNextcloud(version).On(Result, Answered(7, "STATUS_FAILED"));

        await _source.FinishAsync(Claimed(7), Failure, Cancel);

        var sent = _server.CallsTo(Result).Single().Json;
        sent.GetProperty("errorMessage").GetString().Should().Be(expected);
        sent.GetProperty("userFacingErrorMessage").GetString().Should().Be("Too large.");
    }

    [Fact]
    public async Task A_hidden_version_is_read_from_the_capabilities()
    {
        _server
            .AsNextcloud(version: "")
            .On(Capabilities, Envelope("""{"version":{"major":33}}"""))
            .On(Result, Answered(7, "STATUS_FAILED"));

        await _source.FinishAsync(Claimed(7), Failure, Cancel);

        _server.CallsTo(Result).Single().Json.GetProperty("errorMessage").GetString().Should().Be("CUDA error 2");
    }

    [Fact]
    public async Task A_server_that_tells_nothing_is_treated_as_an_old_Nextcloud()
    {
        _server.On("GET /status.php", Raw(404, "<html>")).On(Next, NoContent).On(Result, Answered(7, "STATUS_FAILED"));

        await _source.ClaimAsync([Drawing], Cancel);
        await _source.FinishAsync(Claimed(7), Failure, Cancel);

        _source.HoldsClaims.Should().BeFalse();
        _server.CallsTo(Result).Single().Json.GetProperty("errorMessage").GetString().Should().StartWith("Too large.");
        _server.CallsTo("GET /status.php").Should().ContainSingle();
    }

    [Fact]
    public async Task A_server_is_looked_at_again_when_providers_are_registered_again()
    {
        _server.AsNextcloud().On(Register, Envelope("[]")).On(Result, Answered(7, "STATUS_FAILED"));
        await _source.RegisterAsync([Drawing], Cancel);

        _server.AsNextcloud("33.0.0.1");
        await _source.RegisterAsync([Drawing], Cancel);
        await _source.FinishAsync(Claimed(7), Failure, Cancel);

        _server.CallsTo(Result).Single().Json.GetProperty("errorMessage").GetString().Should().Be("CUDA error 2");
    }
}
