using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Streams a file that another server has for a task that is yet to be scheduled here.</summary>
internal sealed class ReceiveFile(WriteContent writeContent, IFileStore files, IOptions<FilesOptions> options, TimeProvider time)
{
    /// <returns>The file's id; null when it is longer than a file may be.</returns>
    public async Task<long?> RunAsync(Stream content, string name, CancellationToken cancellationToken)
    {
        var written = await writeContent.RunAsync(content, name, options.Value.MaxUploadBytes, checksum: null, cancellationToken);
        if (written is not WriteOutcome.Written { Content: var stored })
            return null;

        var now = time.GetUtcNow();
        return await files.AddReceivedAsync(
            new StoredFile
            {
                Name = name,
                BlobKey = stored.Key,
                Size = stored.Size,
                MediaType = stored.MediaType,
                ModifiedAt = now,
                CreatedAt = now,
            },
            CancellationToken.None
        );
    }
}
