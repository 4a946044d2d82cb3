using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>The files of one task that travel inside of a question; they are held in memory.</summary>
internal sealed class TaskFiles(TaskRunContext context)
{
    /// <summary>All of a task's files together.</summary>
    private const int MaxBytes = 40 * 1024 * 1024;

    private int _left = MaxBytes;

    /// <exception cref="TaskFailedException">There is more than a question may hold.</exception>
    public async Task<byte[]> ReadAsync(long fileId)
    {
        await using var file = await context.OpenFileAsync(fileId);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await file.ReadAsync(buffer, context.CancellationToken) is var count and > 0)
        {
            if (content.Length + count > _left)
                throw new TaskFailedException($"The files have more than {MaxBytes} bytes.", "The files are too large.");
            content.Write(buffer, 0, count);
        }

        _left -= (int)content.Length;
        return content.ToArray();
    }

    /// <summary>The media type of a file by its first bytes.</summary>
    public static async Task<string> TypeOfAsync(TaskRunContext context, long fileId)
    {
        await using var file = await context.OpenFileAsync(fileId);
        var head = new byte[MediaTypes.HeadLength];
        var length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, context.CancellationToken);
        return MediaAnswer.TypeOf(head.AsSpan(0, length));
    }
}
