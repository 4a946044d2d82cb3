using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Texts;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Http.Events;

/// <summary>
/// Server-Sent Events of what a follower is told, until nothing more will happen, the reader is gone or the server stops.
/// Whoever comes back with the last id goes on where he was.
/// </summary>
internal sealed class TaskEventStream(TaskFollower follower) : IResult
{
    /// <summary>Proxies end connections on which nothing comes for long, often after thirty or sixty seconds.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var followed = follower;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, httpContext.StopWaiting());
        var style = new OcsStyle(httpContext.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value.Profile, Language.Of(httpContext.Request));
        try
        {
            Begin(httpContext);
            while (!follower.HasEnded)
            {
                var events = await follower.NextAsync(HeartbeatInterval, ending.Token);
                ending.Token.ThrowIfCancellationRequested();
                Write(httpContext.Response.BodyWriter, events, style);
                await httpContext.Response.BodyWriter.FlushAsync(ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader left, or shall come back to a server that runs.
        }
        catch (StoreUnavailableException) when (httpContext.Response.HasStarted)
        {
            // The reader comes back, and hears of it if the database is still away.
        }
    }

    private static void Begin(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-cache, no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>A comment, which readers skip, when there is nothing to tell.</summary>
    private static void Write(IBufferWriter<byte> body, IReadOnlyList<TaskEvent> events, OcsStyle style)
    {
        if (events.Count == 0)
            body.Write(":\n\n"u8);
        foreach (var @event in events)
            Write(body, @event, style);
    }

    private static void Write(IBufferWriter<byte> body, TaskEvent @event, OcsStyle style)
    {
        using var buffer = JsonBuffer.Take();
        WriteData(buffer.Json, @event, style);

        // Input and output stand in it as they were sent, perhaps on many lines; within texts JSON has no line breaks.
        var data = buffer.Written.ToArray();
        data.AsSpan().Replace((byte)'\n', (byte)' ');
        data.AsSpan().Replace((byte)'\r', (byte)' ');
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {@event.Position}\nevent: {Name(@event)}\ndata: "), body);
        body.Write(data);
        body.Write("\n\n"u8);
    }

    private static string Name(TaskEvent @event) => @event switch
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
                TaskData.WriteTask(json, status.Task, style);
                break;
            case TaskEvent.Progress progress:
                json.WriteNumber("id"u8, progress.TaskId);
                json.WriteNumber("progress"u8, progress.Fraction);
                break;
            case TaskEvent.Output output:
                json.WriteNumber("id"u8, output.TaskId);
                json.WriteString("mode"u8, output.Piece.IsAddition ? "append"u8 : "replace"u8);
                TaskData.WriteValues(json, "output"u8, output.Piece.Json, style);
                break;
            case TaskEvent.Deleted deleted:
                json.WriteNumber("id"u8, deleted.TaskId);
                break;
        }

        json.WriteEndObject();
    }
}
