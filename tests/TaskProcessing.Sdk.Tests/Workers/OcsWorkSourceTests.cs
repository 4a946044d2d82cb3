using System.Text;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class OcsWorkSourceTests : IAsyncLifetime
{
    private const string Next = "GET /ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Seven = "POST /ocs/v2.php/taskprocessing/tasks_provider/7";
    private const string Registry = "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";

    private static readonly ProviderDescriptor Summary = new()
    {
        Id = "words:v1:summary",
        Name = "Words",
        TaskType = "core:text2text:summary",
    };
    private static readonly ProviderDescriptor Topics = new()
    {
        Id = "words:v1:topics",
        Name = "Words",
        TaskType = "core:text2text:topics",
    };
    private StandInServer _server = null!;
    private OcsWorkSource _source = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync();
        _source = new OcsWorkSource(Options(_server.Address), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_call_carries_the_apps_headers()
    {
        _server.On(Next, NoContent);

        await _source.ClaimAsync([Summary], Cancel);

        var headers = _server.Calls.Single().Headers;
        headers["EX-APP-ID"].Should().Be("words");
        headers["EX-APP-VERSION"].Should().Be("1.2.3");
        Encoding.UTF8.GetString(Convert.FromBase64String(headers["AUTHORIZATION-APP-API"])).Should().Be(":s3cret");
        headers["AA-VERSION"].Should().NotBeEmpty();
        headers["OCS-APIRequest"].Should().Be("true");
        headers["Accept"].Should().Be("application/json");
    }

    [Fact]
    public async Task A_claim_names_providers_and_types_and_asks_the_server_to_wait()
    {
        _server.On(Next, Claim(7, "words:v1:topics"));

        var claimed = await _source.ClaimAsync([Summary, Topics], Cancel);

        claimed!.ProviderId.Should().Be("words:v1:topics");
        claimed.Task.Should().Match<ProtocolTask>(task => task.Id == 7 && task.Status == ProcessingStatus.Running && task.UserId == "anna");
        _server
            .Calls.Single()
            .Query.Should()
            .Be(
                "?providerIds[]=words:v1:summary&providerIds[]=words:v1:topics"
                    + "&taskTypeIds[]=core:text2text:summary&taskTypeIds[]=core:text2text:topics&wait=30"
            );
    }

    [Fact]
    public async Task More_providers_than_fit_an_address_go_into_a_body()
    {
        _server.On(Next, NoContent);
        var many = Enumerable.Range(0, 200).Select(i => Summary with { Id = $"words:a-rather-long-model-name:{i}" }).ToArray();

        var claimed = await _source.ClaimAsync(many, Cancel);

        claimed.Should().BeNull();
        _server.Calls.Single().Query.Should().Be("?wait=30");
        _server.Calls.Single().Json.GetProperty("providerIds").GetArrayLength().Should().Be(200);
        _server.Calls.Single().Json.GetProperty("taskTypeIds").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_provider_is_registered_with_every_key_that_servers_want()
    {
        _server.On($"POST {Registry}", Envelope("[]"));
        var provider = Summary with
        {
            ExpectedRuntime = TimeSpan.FromSeconds(1.5),
            OptionalInputShape = [new ShapeDescriptor("tone", "tone", "How it sounds", ShapeType.Enum)],
            OptionalInputShapeEnumValues = Summary.OptionalInputShapeEnumValues.Add("tone", [new ShapeEnumValue("Dry", "dry")]),
            OptionalInputShapeDefaults = Summary.OptionalInputShapeDefaults.Add("tone", System.Text.Json.JsonElement.Parse("\"dry\"")),
            CustomTaskType = new TaskTypeDescriptor(
                "core:text2text:summary",
                "Sum",
                "Sums up",
                [new ShapeDescriptor("input", "input", "A text", ShapeType.Text)],
                []
            ),
        };

        await _source.RegisterAsync([provider], Cancel);

        _server
            .Calls.Single()
            .Json.ToString()
            .Should()
            .Be(
                """
                {"provider":{"id":"words:v1:summary","name":"Words","task_type":"core:text2text:summary","expected_runtime":2,
                "optional_input_shape":[{"name":"tone","description":"How it sounds","shape_type":6}],"optional_output_shape":[],
                "input_shape_enum_values":{},"input_shape_defaults":{},
                "optional_input_shape_enum_values":{"tone":[{"name":"Dry","value":"dry"}]},"optional_input_shape_defaults":{"tone":"dry"},
                "output_shape_enum_values":{},"optional_output_shape_enum_values":{}},
                "customTaskType":{"id":"core:text2text:summary","name":"Sum","description":"Sums up",
                "input_shape":[{"name":"input","description":"A text","shape_type":1}],"output_shape":[]}}
                """.ReplaceLineEndings("")
            );
    }

    [Fact]
    public async Task A_provider_that_is_not_there_can_be_taken_back()
    {
        _server.On($"DELETE {Registry}?name=words:v1:summary", Envelope("[]", 404));

        await _source.UnregisterAsync([Summary], Cancel);

        _server.Calls.Should().ContainSingle();
    }

    [Fact]
    public async Task Reports_answer_how_the_task_stands()
    {
        _server.On(
            $"{Seven}/progress",
            Answered(7, "STATUS_RUNNING"),
            Answered(7, "STATUS_CANCELLED"),
            Envelope("""{"message":"Not found"}""", 404)
        );

        var answers = new[]
        {
            await _source.ReportProgressAsync(Claimed(7), 0.25, Cancel),
            await _source.ReportProgressAsync(Claimed(7), 0.5, Cancel),
            await _source.ReportProgressAsync(Claimed(7), 0.75, Cancel),
        };

        answers.Should().Equal(ProcessingStatus.Running, ProcessingStatus.Cancelled, null);
        _server.Calls[0].Body.Should().Be("""{"progress":0.25}""");
    }

    [Fact]
    public async Task A_404_that_does_not_speak_of_the_task_is_a_fault_and_not_the_tasks_end()
    {
        _server.On($"{Seven}/result", Raw(404, "<html>proxy</html>"), NoRoute);

        for (var i = 0; i < 2; i++)
        {
            var finishing = async () => await _source.FinishAsync(Claimed(7), new TaskResult { Output = ScriptedProvider.Done }, Cancel);
            (await finishing.Should().ThrowAsync<OcsException>()).Which.Kind.Should().Be(OcsErrorKind.NotFound);
        }
    }

    [Fact]
    public async Task A_server_without_partial_output_is_not_bothered_with_it_again()
    {
        (await _source.StreamOutputAsync(Claimed(7), ScriptedProvider.Done, Cancel)).Should().Be(ProcessingStatus.Unknown);
        (await _source.StreamOutputAsync(Claimed(7), ScriptedProvider.Done, Cancel)).Should().Be(ProcessingStatus.Unknown);

        _server.CallsTo($"{Seven}/stream-result").Should().ContainSingle().Which.Body.Should().Be("""{"output":{"output":"done"}}""");
    }

    [Fact]
    public async Task Results_carry_what_there_is_and_say_null_of_the_rest()
    {
        _server.On($"{Seven}/result", Answered(7, "STATUS_SUCCESSFUL"), Answered(7, "STATUS_FAILED"));

        var good = await _source.FinishAsync(
            Claimed(7),
            new TaskResult { Output = new TaskOutput { ["output"] = "Grüße \"quoted\"" } },
            Cancel
        );
        var bad = await _source.FinishAsync(
            Claimed(7),
            new TaskResult
            {
                ErrorMessage = "GPU busy",
                UserFacingErrorMessage = "Later",
                Retryable = true,
                RetryAfter = TimeSpan.FromSeconds(1.2),
            },
            Cancel
        );

        (good, bad).Should().Be(((ProcessingStatus?)ProcessingStatus.Successful, (ProcessingStatus?)ProcessingStatus.Failed));
        _server.Calls[0].Json.GetProperty("output").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Object);
        Encoding
            .UTF8.GetString(Encoding.Latin1.GetBytes(_server.Calls[0].Body))
            .Should()
            .Be("""{"output":{"output":"Gr\u00FC\u00DFe \u0022quoted\u0022"},"errorMessage":null,"userFacingErrorMessage":null}""");
        _server
            .Calls[1]
            .Body.Should()
            .Be("""{"output":null,"errorMessage":"GPU busy","userFacingErrorMessage":"Later","retryable":true,"retryAfter":2}""");
    }

    [Fact]
    public async Task Everything_that_is_said_of_a_task_names_the_claim_that_came_with_it()
    {
        _server.On(Next, Claim(7, "words:v1:summary", extra: ""","claim":3""")).On(Seven, Answered(7, "STATUS_RUNNING"));
        var task = (await _source.ClaimAsync([Summary], Cancel))!;
        task.Claim.Should().Be(3);

        await _source.ReportProgressAsync(task, 0.5, Cancel);
        await _source.StreamOutputAsync(task, ScriptedProvider.Done, Cancel);
        await _source.FinishAsync(task, new TaskResult { ErrorMessage = "busy", Retryable = true }, Cancel);
        await _source.ReleaseAsync(task, Cancel);

        _server
            .CallsTo(Seven)
            .Select(call => $"{call.Path.Split('/')[^1]} {call.Json.GetProperty("claim")}")
            .Should()
            .Equal("progress 3", "stream-result 3", "result 3", "release 3");
    }

    [Fact]
    public async Task A_task_that_another_worker_has_by_now_needs_no_release()
    {
        _server.On($"{Seven}/release", Envelope("""{"message":"Claim 3 of this task does not count any more"}""", 409));

        await _source.ReleaseAsync(Claimed(7, claim: 3), Cancel);

        _server.Calls.Should().ContainSingle();
    }

    [Fact]
    public async Task A_server_that_does_not_number_claims_is_given_nothing_back()
    {
        await _source.ReleaseAsync(Claimed(7), Cancel);

        _server.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_is_uploaded_as_the_part_that_servers_look_for()
    {
        _server.On($"{Seven}/file", Envelope("""{"fileId":41}""", 201));
        using var content = new MemoryStream("content"u8.ToArray());

        var id = await _source.UploadFileAsync(Claimed(7), content, "picture.png", Cancel);

        id.Should().Be(41);
        content.CanRead.Should().BeTrue("the stream is its owner's");
        _server.Calls.Single().Headers["Content-Type"].Should().StartWith("multipart/form-data");
        _server.Calls.Single().Body.Should().Contain("name=\"file\"").And.Contain("filename=\"picture.png\"").And.Contain("content");
    }

    [Fact]
    public async Task A_file_of_the_input_is_read_as_it_comes_and_a_missing_one_is_null()
    {
        _server.On(
            "GET /ocs/v2.php/taskprocessing/tasks_provider/7/file/3",
            Raw(200, "bytes, not an envelope"),
            Envelope("""{"message":"Not found"}""", 404)
        );

        await using var file = await _source.OpenFileAsync(Claimed(7), 3, Cancel);
        var missing = await _source.OpenFileAsync(Claimed(7), 3, Cancel);

        (await new StreamReader(file!).ReadToEndAsync(Cancel)).Should().Be("bytes, not an envelope");
        missing.Should().BeNull();
    }

    [Fact]
    public void Options_that_cannot_work_are_all_named()
    {
        var making = () =>
            new OcsWorkSource(
                new OcsWorkerOptions
                {
                    Server = null,
                    AppId = "",
                    Secret = "",
                    Wait = TimeSpan.FromMinutes(2),
                },
                TimeProvider.System
            );

        making.Should().Throw<ArgumentException>().WithMessage("*NEXTCLOUD_URL*APP_ID*APP_SECRET*Wait*");
    }

    private static OcsWorkerOptions Options(Uri server) =>
        new()
        {
            Server = server,
            AppId = "words",
            AppVersion = "1.2.3",
            Secret = "s3cret",
        };
}
