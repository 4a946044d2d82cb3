namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>An image or a sound that a model made.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Ending">The ending of its name, as its bytes say.</param>
internal sealed record MediaFile(ReadOnlyMemory<byte> Bytes, string Ending)
{
    /// <param name="bytes">The file.</param>
    /// <param name="kind">The kind that it must have: <c>image</c> or <c>audio</c>.</param>
    /// <exception cref="BadAnswerException">It has another kind.</exception>
    public static MediaFile Of(ReadOnlyMemory<byte> bytes, string kind)
    {
        var type = MediaAnswer.TypeOf(bytes.Span);
        if (FileEndings.Of(type) is not { } ending || type.StartsWith("image/", StringComparison.Ordinal) != (kind == "image"))
            throw new BadAnswerException($"The endpoint answered {type} instead of {kind}.");

        return new MediaFile(ending == "wav" ? Wav.WithLength(bytes) : bytes, ending);
    }

    public Stream Open() => BinaryData.FromBytes(Bytes).ToStream();
}

/// <summary>
/// The extensions of the names of images and sounds, by which endpoints and users recognise the type of a file.
/// </summary>
internal static class FileEndings
{
    /// <returns>Null for all but the images and sounds that models take or make.</returns>
    public static string? Of(string mediaType) =>
        mediaType switch
        {
            "image/png" => "png",
            "image/jpeg" => "jpg",
            "image/webp" => "webp",
            "image/gif" => "gif",
            "image/avif" => "avif",
            "audio/mpeg" => "mp3",
            "audio/wav" => "wav",
            "audio/ogg" => "ogg",
            "audio/flac" => "flac",
            "audio/aac" => "aac",
            "audio/mp4" => "m4a",
            "audio/aiff" => "aiff",
            "video/mp4" or "video/quicktime" => "mp4",
            "video/x-matroska" or "video/webm" => "webm",
            _ => null,
        };
}
