using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Makes one file of the parts of an upload, in the order of their numbers; the parts go when it is in its place.</summary>
internal sealed class AssembleUpload(SaveFile saveFile, IFileStore files, IBlobStore blobs)
{
    /// <param name="parts">The folder of the parts.</param>
    /// <param name="request">The new file; its content and length are those of the parts.</param>
    /// <param name="expectedLength">The announced length; null without one.</param>
    /// <param name="cancellationToken">Ends the assembling; the parts stay.</param>
    public async Task<AssembleOutcome> RunAsync(
        FilePath parts,
        SaveRequest request,
        long? expectedLength,
        CancellationToken cancellationToken
    )
    {
        if (await files.FindAtAsync(request.UserId, parts, cancellationToken) is not { IsFolder: true } folder)
            return new AssembleOutcome.NoParts();

        var sorted = (await files.ListAsync(request.UserId, folder.Id, cancellationToken))
            .Where(part => !part.IsFolder)
            .OrderBy(part => UploadPart.Order(part.Name) ?? long.MaxValue)
            .ThenBy(part => part.Name, StringComparer.Ordinal)
            .ToList();
        var length = sorted.Sum(part => part.Size);
        if (expectedLength is { } expected && expected != length)
            return new AssembleOutcome.Done(new SaveOutcome.WrongLength(length));

        await using var content = new JoinedStream(sorted, blobs);
        return new AssembleOutcome.Done(
            await saveFile.RunAsync(request with { Content = content, Length = length, Parts = parts }, cancellationToken)
        );
    }

    /// <summary>The parts one after the other, each opened when its turn comes.</summary>
    private sealed class JoinedStream(List<StoredFile> parts, IBlobStore blobs) : ReadOnlyStream
    {
        private int _next;
        private Stream? _current;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                if (_current is not null && await _current.ReadAsync(buffer, cancellationToken) is var read and > 0)
                    return read;
                if (_current is not null)
                    await _current.DisposeAsync();
                if (_next == parts.Count)
                    return 0;

                var part = parts[_next++];
                _current =
                    await blobs.OpenAsync(part.BlobKey!, 0, part.Size, cancellationToken)
                    ?? throw new FileNotFoundException($"The content {part.BlobKey} of a part of an upload is missing.");
            }
        }

        protected override void Dispose(bool disposing)
        {
            _current?.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>The result of <see cref="AssembleUpload"/>.</summary>
internal abstract record AssembleOutcome
{
    private AssembleOutcome() { }

    /// <summary>The parts were there; the outcome is that of the file.</summary>
    public sealed record Done(SaveOutcome Outcome) : AssembleOutcome;

    /// <summary>There is no such upload.</summary>
    public sealed record NoParts : AssembleOutcome;
}
