using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>Ends tasks as the recording did, and compares the deliveries with those of Nextcloud, as whole documents.</summary>
public sealed class RecordedWebhooksTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        from call in RecordedCall.All
        where call.Group == "webhook" && call.IsObservation
        select new TheoryDataRow<string>(call.Name[..^": received".Length]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_receiver_gets_the_recorded_request(string name)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        if (name == "listener answers 500")
            receiver.AnswerWith(500);
        await using var server = await RecordedServer.StartAsync(listener: receiver.Url);
        var ending = RecordedCall.All.Last(call =>
            call.Group == "webhook" && !call.IsObservation && call.Name.StartsWith(name + ": ", StringComparison.Ordinal)
        );
        var situation = await Situation.PrepareAsync(server, ending);

        await server.SendAsync(ending, situation.Placeholders);
        await server.WebhookEndsAsync();

        var expected = Expected(name).ToList();
        var received = receiver
            .Received.Select(request => new JsonObject
            {
                ["method"] = request.Method,
                ["path"] = request.Path,
                ["contentType"] = request.Header("Content-Type"),
                ["body"] = JsonNode.Parse(request.Body),
            })
            .ToList();
        received.Should().HaveSameCount(expected);
        foreach (var (wanted, given) in expected.Zip(received))
            DocumentComparison
                .Differences(wanted, Answer(given), situation.Placeholders, server.Now)
                .Should()
                .BeEmpty($"that is what Nextcloud sends; we sent {given.ToJsonString()}");
    }

    /// <summary>
    /// The recorded deliveries with the deliberate differences: here the first result wins, and the time of the claim is
    /// known.
    /// </summary>
    private static IEnumerable<RecordedAnswer> Expected(string name)
    {
        var requests = (JsonArray)RecordedCall.Find("webhook", $"{name}: received").Line["observed"]!["requests"]!;
        foreach (var request in requests.Take(1))
        {
            var wanted = LaterFields.AddTo(Answer((JsonObject)request!.DeepClone()));
            wanted.Body!["body"]!["task"]!["startedAt"] = "<time>";
            yield return wanted;
        }
    }

    private static RecordedAnswer Answer(JsonObject document) =>
        new(200, ImmutableSortedDictionary<string, string>.Empty, "json", document);
}
