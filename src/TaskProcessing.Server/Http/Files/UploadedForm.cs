using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Http.Files;

/// <summary>
/// Reads the parts of a form while they arrive. A form that breaks off is the sender's mistake, and no failure of the disk that
/// a part is copied to.
/// </summary>
internal sealed class UploadedForm(string boundary, Stream body)
{
    /// <summary>RFC 2046 allows no more.</summary>
    public const int MaxBoundaryLength = 70;

    private readonly MultipartReader _reader = new(boundary, body);

    /// <returns>The next part; null behind the last one.</returns>
    /// <exception cref="BadHttpRequestException">It is no form.</exception>
    public async Task<MultipartSection?> NextPartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _reader.ReadNextSectionAsync(cancellationToken) is not { } part)
                return null;

            part.Body = new PartStream(part.Body);
            return part;
        }
        catch (Exception problem) when (IsSendersMistake(problem))
        {
            throw Broken(problem);
        }
    }

    private static bool IsSendersMistake(Exception problem) =>
        problem is InvalidDataException or IOException and not BadHttpRequestException;

    private static BadHttpRequestException Broken(Exception problem) =>
        new($"The form in the request body cannot be read: {problem.Message}", problem);

    private sealed class PartStream(Stream inner) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception problem) when (IsSendersMistake(problem))
            {
                throw Broken(problem);
            }
        }
    }
}
