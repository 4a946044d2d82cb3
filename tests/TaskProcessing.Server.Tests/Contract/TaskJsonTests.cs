using System.Buffers;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Tests.Contract;

public sealed class TaskJsonTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_760_000_000);

    [Fact]
    public void Every_field_that_readers_know_is_written_in_their_order() =>
        Written(TaskJson.Manual, New())
            .EnumerateObject()
            .Select(field => field.Name)
            .Should()
            .Equal(typeof(ProtocolTask).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)));

    [Fact]
    public void A_worker_of_this_process_reads_what_is_written()
    {
        var task = New(output: """{"output":"ü \ud83d\ude00 \"quoted\"","list":[1, 2.5]}""");
        task.Progress = 0.1;
        task.StartedAt = Now.AddSeconds(1);
        task.EndedAt = Now.AddSeconds(2);
        task.Status = ProcessingStatus.Failed;
        task.UserFacingErrorMessage = "Too long";

        var read = task.ToProtocol();

        JsonElement
            .DeepEquals(JsonSerializer.SerializeToElement(read, ProtocolJson.Default.ProtocolTask), Written(TaskJson.Manual, task))
            .Should()
            .BeTrue();
        read.OutputText("output").Should().Be("ü 😀 \"quoted\"");
        (read.Status, read.Progress, read.StartedAt, read.UserFacingErrorMessage)
            .Should()
            .Be((ProcessingStatus.Failed, 0.1, 1_760_000_001, "Too long"));
    }

    [Fact]
    public void Nextcloud_has_a_progress_and_lists_for_empty_maps()
    {
        var task = New(input: "{}", output: "{}");

        var manual = Written(TaskJson.Manual, task);
        var nextcloud = Written(TaskJson.Nextcloud, task);

        (Text(manual, "input"), Text(manual, "output"), Text(manual, "progress")).Should().Be(("{}", "{}", "null"));
        (Text(nextcloud, "input"), Text(nextcloud, "output"), Text(nextcloud, "progress")).Should().Be(("[]", "[]", "0"));
        Text(Written(TaskJson.Nextcloud, New()), "output").Should().Be("null");
        Text(Written(TaskJson.Nextcloud, task, isNew: true), "progress").Should().Be("null");
    }

    private static string Text(JsonElement json, string field) => json.GetProperty(field).GetRawText();

    private static ProcessingTask New(string input = """{"input":"text"}""", string? output = null) =>
        new()
        {
            Id = 7,
            Type = "test:echo",
            Status = ProcessingStatus.Scheduled,
            UserId = "alice",
            AppId = "notes",
            Input = input,
            Output = output,
            ScheduledAt = Now,
            LastUpdated = Now,
        };

    private static JsonElement Written(TaskJson writer, ProcessingTask task, bool isNew = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ProtocolJson.WriterOptions))
            writer.Write(json, task, task.Status, isNew);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
