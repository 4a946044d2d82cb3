using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Blobs as objects of a bucket. A content that does not fit into one part is sent in several, one at a time, so that
/// memory stays small.
/// </summary>
internal sealed class S3BlobStore(S3Options options) : IBlobStore, IDisposable
{
    /// <summary>Callers come again themselves, and had rather know soon.</summary>
    private const int MaxRetries = 1;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly AmazonS3Client _client = CreateClient(options);
    private readonly S3Calls _calls = new(Describe(options));

    public string Location { get; } = Describe(options);

    public async Task WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(options.PartBytes);
        try
        {
            var length = await FillAsync(buffer, content, cancellationToken);
            if (length < options.PartBytes)
                await _calls.RunAsync(() => _client.PutObjectAsync(PutRequest(key, buffer, length), cancellationToken), cancellationToken);
            else
                await WriteInPartsAsync(key, content, buffer, length, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken)
    {
        if (length == 0)
            return Stream.Null;

        try
        {
            var range = new ByteRange(offset, offset + length - 1);
            var request = new GetObjectRequest
            {
                BucketName = options.Bucket,
                Key = ObjectKey(key),
                ByteRange = range,
            };
            var answer = await _calls.RunAsync(() => _client.GetObjectAsync(request, cancellationToken), cancellationToken);
            return _calls.Watch(answer.ResponseStream);
        }
        catch (BlobStoreUnavailableException error)
            when (error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" })
        {
            return null;
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        _calls.RunAsync(() => _client.DeleteObjectAsync(options.Bucket, ObjectKey(key), cancellationToken), cancellationToken);

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix };
        ListObjectsV2Response page;
        do
        {
            page = await _calls.RunAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                var name = found.Key[(found.Key.LastIndexOf('/') + 1)..];
                if (BlobKey.IsOne(name) && found.Key == ObjectKey(name))
                    yield return new BlobInfo(name, found.Size ?? 0);
            }

            request.ContinuationToken = page.NextContinuationToken;
        } while (page.IsTruncated == true);
    }

    public void Dispose() => _client.Dispose();

    private async Task WriteInPartsAsync(string key, Stream content, byte[] buffer, int length, CancellationToken cancellationToken)
    {
        var upload = await _calls.RunAsync(
            () => _client.InitiateMultipartUploadAsync(options.Bucket, ObjectKey(key), cancellationToken),
            cancellationToken
        );
        try
        {
            var parts = new List<PartETag>();
            while (length > 0)
            {
                var part = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = ObjectKey(key),
                    UploadId = upload.UploadId,
                    PartNumber = parts.Count + 1,
                    PartSize = length,
                    InputStream = new MemoryStream(buffer, 0, length, writable: false),
                    UseChunkEncoding = false,
                };
                var sent = await _calls.RunAsync(() => _client.UploadPartAsync(part, cancellationToken), cancellationToken);
                parts.Add(new PartETag(parts.Count + 1, sent.ETag));
                length = await FillAsync(buffer, content, cancellationToken);
            }

            var whole = new CompleteMultipartUploadRequest
            {
                BucketName = options.Bucket,
                Key = ObjectKey(key),
                UploadId = upload.UploadId,
                PartETags = parts,
            };
            await _calls.RunAsync(() => _client.CompleteMultipartUploadAsync(whole, cancellationToken), cancellationToken);
        }
        catch
        {
            await AbortAsync(key, upload.UploadId);
            throw;
        }
    }

    /// <summary>Parts of an upload that was not ended cost money, and no listing shows them.</summary>
    private async Task AbortAsync(string key, string uploadId)
    {
        try
        {
            await _calls.RunAsync(
                () => _client.AbortMultipartUploadAsync(options.Bucket, ObjectKey(key), uploadId, CancellationToken.None),
                CancellationToken.None
            );
        }
        catch (BlobStoreUnavailableException)
        {
            // The caller must get the error that ended the write; the bucket's own rule removes the parts later.
        }
    }

    private PutObjectRequest PutRequest(string key, byte[] buffer, int length) =>
        new()
        {
            BucketName = options.Bucket,
            Key = ObjectKey(key),
            InputStream = new MemoryStream(buffer, 0, length, writable: false),
            UseChunkEncoding = false,
        };

    private Task<int> FillAsync(byte[] buffer, Stream content, CancellationToken cancellationToken) =>
        content
            .ReadAtLeastAsync(buffer.AsMemory(0, options.PartBytes), options.PartBytes, throwOnEndOfStream: false, cancellationToken)
            .AsTask();

    private string ObjectKey(string key) => options.Prefix + key;

    /// <summary>Addresses may hold a name and a password.</summary>
    private static string Describe(S3Options options)
    {
        var place = options.ServiceUrl is { } url
            ? new Uri(url).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)
            : options.Region;
        return $"the bucket {options.Bucket} at {place}";
    }

    private static AmazonS3Client CreateClient(S3Options options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.ForcePathStyle,
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            HttpClientFactory = new S3HttpClients(ConnectTimeout),
            MaxErrorRetry = MaxRetries,
            // Services other than Amazon's do not know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.ServiceUrl is { } url)
            config.ServiceURL = url;
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);

        return options.AccessKey is { } accessKey ? new AmazonS3Client(accessKey, options.SecretKey, config) : new AmazonS3Client(config);
    }
}
