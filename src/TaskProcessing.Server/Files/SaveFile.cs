using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Streams a content to a path of a user's tree. Until it is complete the path keeps its old content.</summary>
internal sealed class SaveFile(WriteContent writeContent, IFileStore files, IOptions<FilesOptions> options, TimeProvider time)
{
    public async Task<SaveOutcome> RunAsync(SaveRequest request, CancellationToken cancellationToken)
    {
        var quota = options.Value.QuotaBytes;
        if (request.Length > options.Value.MaxUploadBytes)
            return new SaveOutcome.TooLarge(options.Value.MaxUploadBytes);
        if (quota is { } most && request.Length is { } length && await LeftAsync(request, most, cancellationToken) < length)
            return new SaveOutcome.NotPlaced(new PlaceOutcome.OverQuota(most));

        switch (
            await writeContent.RunAsync(
                request.Content,
                request.Path.Name,
                options.Value.MaxUploadBytes,
                request.Checksum,
                cancellationToken
            )
        )
        {
            case WriteOutcome.TooLarge:
                return new SaveOutcome.TooLarge(options.Value.MaxUploadBytes);
            case WriteOutcome.WrongChecksum wrong:
                return new SaveOutcome.WrongChecksum(wrong.Actual);
            case WriteOutcome.Written written when request.Length is { } announced && announced != written.Content.Size:
                await writeContent.DiscardAsync(written.Content.Key);
                return new SaveOutcome.WrongLength(written.Content.Size);
            case WriteOutcome.Written written:
                return await PlaceAsync(request, written.Content, quota);
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}");
        }
    }

    /// <summary>An early check, so that no client sends gigabytes in vain; the store decides.</summary>
    private async Task<long> LeftAsync(SaveRequest request, long quota, CancellationToken cancellationToken)
    {
        var freed = (await files.FindAtAsync(request.UserId, request.Path, cancellationToken))?.Size ?? 0;
        if (request.Parts is not null)
            freed += request.Length ?? 0;

        return quota - await files.SumAllAsync(request.UserId, cancellationToken) + freed;
    }

    private async Task<SaveOutcome> PlaceAsync(SaveRequest request, StoredContent content, long? quota)
    {
        var now = time.GetUtcNow();
        var save = new FileSave
        {
            UserId = request.UserId,
            Path = request.Path,
            Content = content,
            ModifiedAt = request.ModifiedAt ?? now,
            Now = now,
            Quota = quota,
            MayReplace = request.MayReplace,
            Parts = request.Parts,
        };
        // The save may have happened although this throws, so the content stays; the sweep removes it if no file has it.
        var outcome = await files.SaveAsync(save, CancellationToken.None);
        if (outcome is PlaceOutcome.Placed placed)
            return new SaveOutcome.Saved(placed.File, placed.Created);

        await writeContent.DiscardAsync(content.Key);
        return new SaveOutcome.NotPlaced(outcome);
    }
}

/// <summary>The file to save.</summary>
internal sealed record SaveRequest(string UserId, FilePath Path, Stream Content)
{
    /// <summary>The length that the sender announced, if any; another length is refused.</summary>
    public long? Length { get; init; }

    /// <summary>The time of the last change at the sender; now, if the sender named none.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    public string? Checksum { get; init; }

    /// <inheritdoc cref="FileSave.MayReplace" />
    public Func<StoredFile?, bool> MayReplace { get; init; } = _ => true;

    /// <inheritdoc cref="FileSave.Parts" />
    public FilePath? Parts { get; init; }
}

/// <summary>The result of <see cref="SaveFile"/>.</summary>
internal abstract record SaveOutcome
{
    private SaveOutcome() { }

    public sealed record Saved(StoredFile File, bool Created) : SaveOutcome;

    public sealed record TooLarge(long MaxBytes) : SaveOutcome;

    public sealed record WrongChecksum(string Actual) : SaveOutcome;

    /// <summary>Its length is not the announced one.</summary>
    public sealed record WrongLength(long Actual) : SaveOutcome;

    /// <summary>The place did not take it.</summary>
    public sealed record NotPlaced(PlaceOutcome Reason) : SaveOutcome;
}
