using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Texts;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Http.Events;

/// <summary>
/// Server-Sent Events from a follower, until no more events can come, the reader is gone or the server stops. A reader
/// that reconnects with the last id continues from there.
/// </summary>
internal sealed class TaskEventStream(TaskFollower follower) : IResult
{
    /// <summary>Proxies end connections on which nothing comes for long, often after thirty or sixty seconds.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var followed = follower;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, httpContext.LongPollToken());
        var style = new OcsStyle(
            httpContext.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value.Profile,
            AnswerLanguage.Of(httpContext.Request)
        );
        try
        {
            Begin(httpContext);
            while (!follower.HasEnded)
            {
                var events = await follower.NextAsync(HeartbeatInterval, ending.Token);
                ending.Token.ThrowIfCancellationRequested();
                await WriteAsync(httpContext.Response.BodyWriter, events, style, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader left, or must reconnect to a running server.
        }
        catch (StoreUnavailableException) when (httpContext.Response.HasStarted)
        {
            // The reader reconnects, and gets an error if the database is still away.
        }
    }

    private static void Begin(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-cache, no-store";
        headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>A comment, which readers skip, when there is no event.</summary>
    private static async Task WriteAsync(
        PipeWriter body,
        IReadOnlyList<TaskEvent> events,
        OcsStyle style,
        CancellationToken cancellationToken
    )
    {
        if (events.Count == 0)
        {
            body.Write(":\n\n"u8);
            await body.FlushAsync(cancellationToken);
        }

        foreach (var @event in events)
        {
            Write(body, @event, style);
            // Each event is flushed by itself: a slow reader then holds one event in memory, not all of them.
            await body.FlushAsync(cancellationToken);
        }
    }

    private static void Write(IBufferWriter<byte> body, TaskEvent @event, OcsStyle style)
    {
        using var buffer = JsonBuffer.Take();
        WriteData(buffer.Json, @event, style);

        // Input and output have the form in which they were sent, perhaps with many lines; within texts JSON has no line
        // breaks.
        var data = buffer.Written.ToArray();
        data.AsSpan().Replace((byte)'\n', (byte)' ');
        data.AsSpan().Replace((byte)'\r', (byte)' ');
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {@event.Position}\nevent: {Name(@event)}\ndata: "), body);
        body.Write(data);
        body.Write("\n\n"u8);
    }

    private static string Name(TaskEvent @event) =>
        @event switch
        {
            TaskEvent.Status => "status",
            TaskEvent.Progress => "progress",
            TaskEvent.Output => "output",
            TaskEvent.Deleted => "deleted",
            _ => throw new InvalidOperationException($"Unknown event {@event}"),
        };

    private static void WriteData(Utf8JsonWriter json, TaskEvent @event, OcsStyle style)
    {
        json.WriteStartObject();
        switch (@event)
        {
            case TaskEvent.Status status:
                json.WritePropertyName("task"u8);
                style.Tasks.Write(json, status.Task);
                break;
            case TaskEvent.Progress progress:
                json.WriteNumber("id"u8, progress.TaskId);
                json.WriteNumber("progress"u8, progress.Fraction);
                break;
            case TaskEvent.Output output:
                json.WriteNumber("id"u8, output.TaskId);
                json.WriteString("mode"u8, output.Piece.IsAddition ? "append"u8 : "replace"u8);
                style.Tasks.WriteValues(json, "output"u8, output.Piece.Json);
                break;
            case TaskEvent.Deleted deleted:
                json.WriteNumber("id"u8, deleted.TaskId);
                break;
        }

        json.WriteEndObject();
    }
}
