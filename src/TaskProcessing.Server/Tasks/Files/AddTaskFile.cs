using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Files;

/// <summary>
/// Streams a result file into a task. The file belongs to the task, not to its uploader. It can be read once a result names it.
/// </summary>
internal sealed class AddTaskFile(
    WriteContent writeContent,
    IFileStore files,
    ITaskStore tasks,
    IOptions<FilesOptions> options,
    TimeProvider time
)
{
    /// <summary>The longest ending of a name that is kept.</summary>
    private const int MaxEndingLength = 16;

    /// <summary>Endings that some web server might run.</summary>
    private static readonly string[] DroppedEndings = ["php", "phar", "htaccess"];

    /// <param name="taskId">The task.</param>
    /// <param name="uploads">Of several the last counts, as in Nextcloud; each is read to its end before the next one is asked for.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public async Task<UploadOutcome> RunAsync(long taskId, IAsyncEnumerable<FileUpload> uploads, CancellationToken cancellationToken)
    {
        if (await tasks.FindAsync(taskId, cancellationToken) is not { } task)
            return new UploadOutcome.NoTask();

        (StoredContent Content, string FileName)? last = null;
        try
        {
            await foreach (var upload in uploads.WithCancellation(cancellationToken))
            {
                var written = await writeContent.RunAsync(
                    upload.Content,
                    upload.FileName,
                    options.Value.MaxUploadBytes,
                    checksum: null,
                    cancellationToken
                );
                await DiscardAsync(last?.Content);
                last = written is WriteOutcome.Written { Content: var content } ? (content, upload.FileName) : null;
                if (last is null)
                    return new UploadOutcome.TooLarge(options.Value.MaxUploadBytes);
            }
        }
        catch
        {
            await DiscardAsync(last?.Content);
            throw;
        }

        return last is var (stored, fileName) ? await AddAsync(task, stored, fileName) : new UploadOutcome.NoFile();
    }

    private async Task<UploadOutcome> AddAsync(ProcessingTask task, StoredContent content, string fileName)
    {
        var now = time.GetUtcNow();
        var file = new StoredFile
        {
            TaskId = task.Id,
            Name = NewName(fileName, now),
            BlobKey = content.Key,
            Size = content.Size,
            MediaType = content.MediaType,
            ModifiedAt = now,
            CreatedAt = now,
        };
        var outcome = await AddAsync(file, uncounted: []);
        // The input of a task from elsewhere is the task's own; it counts to the files that an input may name. It may be long, so it
        // is read when it matters.
        if (outcome is AddTaskFileOutcome.TooMany && ShapeValue.WholeNumbers(JsonElement.Parse(task.Input)) is { Count: > 0 } input)
            outcome = await AddAsync(file, input);
        switch (outcome)
        {
            case AddTaskFileOutcome.Added added:
                return new UploadOutcome.Added(added.Id);
            case AddTaskFileOutcome.NoTask:
                await DiscardAsync(content);
                return new UploadOutcome.NoTask();
            default:
                await DiscardAsync(content);
                return new UploadOutcome.TooMany(options.Value.MaxFilesPerTask);
        }
    }

    private Task<AddTaskFileOutcome> AddAsync(StoredFile file, HashSet<long> uncounted) =>
        files.AddTaskFileAsync(file, options.Value.MaxFilesPerTask, uncounted, CancellationToken.None);

    private Task DiscardAsync(StoredContent? content) => content is null ? Task.CompletedTask : writeContent.DiscardAsync(content.Key);

    /// <summary>Named as in Nextcloud: the time, a random number, and since 35 the cleaned ending of the uploader's name.</summary>
    internal static string NewName(string fileName, DateTimeOffset now)
    {
        var name = $"{now.ToUnixTimeSeconds()}-{RandomNumberGenerator.GetInt32(1, 100_001)}";
        var ending = string.Concat(Path.GetExtension(fileName).Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        if (ending.Length > MaxEndingLength)
            ending = ending[..MaxEndingLength];

        return ending.Length == 0 || DroppedEndings.Contains(ending) ? name : $"{name}.{ending}";
    }
}

/// <summary>A file on its way in.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="FileName">As the uploader calls it; only its ending is kept.</param>
internal sealed record FileUpload(Stream Content, string FileName);

/// <summary>The result of <see cref="AddTaskFile"/>.</summary>
internal abstract record UploadOutcome
{
    private UploadOutcome() { }

    /// <summary>Results may name this id now.</summary>
    public sealed record Added(long Id) : UploadOutcome;

    public sealed record NoTask : UploadOutcome;

    /// <summary>There was no upload at all.</summary>
    public sealed record NoFile : UploadOutcome;

    /// <summary>The task has as many files as it may have.</summary>
    public sealed record TooMany(int MaxFiles) : UploadOutcome;

    public sealed record TooLarge(long MaxBytes) : UploadOutcome;
}
