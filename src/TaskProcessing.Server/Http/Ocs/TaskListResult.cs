using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>
/// The answer <c>{"tasks": [task, …]}</c>. It may be of any length, since Nextcloud has no pages: so it is sent while it is read, and
/// no more than a portion is in memory. A short one has its length.
/// </summary>
internal sealed class TaskListResult(IAsyncEnumerable<IReadOnlyList<ProcessingTask>> portions) : IResult
{
    /// <summary>Shorter answers are sent in one.</summary>
    private const int LargestWhole = 256 * 1024;

    private const int DepthOfEntries = 3;

    private static readonly OcsResult Empty = OcsResult.Ok(new EmptyList());

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var answer = new Answer(httpContext);
        try
        {
            await foreach (var portion in portions.WithCancellation(httpContext.RequestAborted))
            {
                foreach (var task in portion)
                {
                    answer.Add(task);
                    if (answer.Pending > LargestWhole)
                        await answer.SendAsync();
                }
            }

            await answer.EndAsync();
        }
        catch (StoreUnavailableException) when (httpContext.Response.HasStarted)
        {
            // Cutting the connection is the only remaining way to mark the list as incomplete.
            httpContext.Abort();
        }
    }

    private sealed class Answer(HttpContext context)
    {
        private readonly ArrayBufferWriter<byte> _pending = new();
        private readonly bool _isJson = context.Request.WantsJson();
        private readonly OcsStyle _style = OcsWriter.Style(context);
        private string? _end;
        private long _length;

        public int Pending => _pending.WrittenCount;

        public void Add(ProcessingTask task)
        {
            if (_end is null)
                Begin();
            else if (_isJson)
                _pending.Write(","u8);

            using var buffer = JsonBuffer.Take();
            _style.Tasks.Write(buffer.Json, task);
            _pending.Write(_isJson ? buffer.Written.Span : OcsXml.Entry(buffer.Written, DepthOfEntries));
        }

        public async Task SendAsync()
        {
            if (_length == 0)
                OcsWriter.WriteHead(context, Empty);
            await WriteAsync();
        }

        public async Task EndAsync()
        {
            if (_end is null)
                _pending.Write(OcsWriter.Body(context, Empty));
            else
                _pending.Write(Encoding.UTF8.GetBytes(_end));

            if (_length == 0)
                OcsWriter.WriteHead(context, Empty);
            if (!context.Response.HasStarted)
                context.Response.ContentLength = _length + Pending;
            await WriteAsync();
        }

        /// <summary>The envelope of an empty list, up to where its entries would be.</summary>
        private void Begin()
        {
            var (empty, begin, end) = _isJson ? ("\"tasks\":[]", "\"tasks\":[", "]") : ("<tasks/>\n", "<tasks>\n", "  </tasks>\n");
            var envelope = Encoding.UTF8.GetString(OcsWriter.Body(context, Empty));
            var at = envelope.IndexOf(empty, StringComparison.Ordinal);
            _pending.Write(Encoding.UTF8.GetBytes(envelope[..at] + begin));
            _end = end + envelope[(at + empty.Length)..];
        }

        private async Task WriteAsync()
        {
            if (!HttpMethods.IsHead(context.Request.Method))
                await context.Response.Body.WriteAsync(_pending.WrittenMemory, context.RequestAborted);
            _length += Pending;
            _pending.ResetWrittenCount();
        }
    }

    private sealed record EmptyList : OcsData
    {
        public override void Write(Utf8JsonWriter json, OcsStyle style)
        {
            json.WriteStartObject();
            json.WriteStartArray("tasks"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
