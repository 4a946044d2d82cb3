using System.Net.ServerSentEvents;
using System.Text.Json;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>One event of a stream.</summary>
internal sealed record SeenEvent(string? Id, string Kind, JsonElement Data)
{
    public JsonElement Task => Data.GetProperty("task");

    public string Status => Task.GetProperty("status").GetString()!;

    public long TaskId => Kind == "status" ? Task.GetProperty("id").GetInt64() : Data.GetProperty("id").GetInt64();
}

/// <summary>Reads a stream of events, as it comes.</summary>
internal sealed class EventReader(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> events) : IAsyncDisposable
{
    public static async Task<EventReader> FollowAsync(HttpClient client, string route, string? lastEventId = null)
    {
        var response = await OpenAsync(client, route, lastEventId);
        response.StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync());
        return new EventReader(response, parser.EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator());
    }

    public static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string route, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{OcsDriver.Root}{route}");
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public async Task<SeenEvent> NextAsync()
    {
        (await events.MoveNextAsync()).Should().BeTrue("another event was to come");
        return new SeenEvent(events.Current.EventId, events.Current.EventType, JsonElement.Parse(events.Current.Data));
    }

    public async Task EndsAsync() => (await events.MoveNextAsync()).Should().BeFalse("the stream was to end");

    public async ValueTask DisposeAsync()
    {
        response.Dispose();
        try
        {
            await events.DisposeAsync();
        }
        catch (NotSupportedException)
        {
            // A read was under way, which ends with the response.
        }
    }
}
