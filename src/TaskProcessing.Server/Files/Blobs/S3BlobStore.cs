using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Blobs as objects of a bucket. What does not fit into one part is sent in several, one at a time, so that memory stays small.</summary>
internal sealed class S3BlobStore(S3Options options) : IBlobStore, IDisposable
{
    private readonly AmazonS3Client _client = CreateClient(options);

    public string Location => $"the bucket {options.Bucket} at {options.ServiceUrl ?? options.Region}";

    public async Task WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(options.PartBytes);
        try
        {
            var length = await FillAsync(buffer, content, cancellationToken);
            if (length < options.PartBytes)
                await _client.PutObjectAsync(PutRequest(key, buffer, length), cancellationToken);
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
            var answer = await _client.GetObjectAsync(new GetObjectRequest { BucketName = options.Bucket, Key = ObjectKey(key), ByteRange = range }, cancellationToken);
            return answer.ResponseStream;
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        _client.DeleteObjectAsync(options.Bucket, ObjectKey(key), cancellationToken);

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix };
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request, cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                var name = found.Key[(found.Key.LastIndexOf('/') + 1)..];
                if (BlobKey.IsOne(name) && found.Key == ObjectKey(name))
                    yield return new BlobInfo(name, found.Size ?? 0);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public void Dispose() => _client.Dispose();

    private async Task WriteInPartsAsync(string key, Stream content, byte[] buffer, int length, CancellationToken cancellationToken)
    {
        var upload = await _client.InitiateMultipartUploadAsync(options.Bucket, ObjectKey(key), cancellationToken);
        try
        {
            var parts = new List<PartETag>();
            while (length > 0)
            {
                var sent = await _client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = options.Bucket,
                        Key = ObjectKey(key),
                        UploadId = upload.UploadId,
                        PartNumber = parts.Count + 1,
                        PartSize = length,
                        InputStream = new MemoryStream(buffer, 0, length, writable: false),
                        UseChunkEncoding = false,
                    },
                    cancellationToken);
                parts.Add(new PartETag(parts.Count + 1, sent.ETag));
                length = await FillAsync(buffer, content, cancellationToken);
            }

            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = ObjectKey(key), UploadId = upload.UploadId, PartETags = parts },
                cancellationToken);
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
            await _client.AbortMultipartUploadAsync(options.Bucket, ObjectKey(key), uploadId, CancellationToken.None);
        }
        catch (AmazonServiceException)
        {
            // What ended the writing is what the caller must hear; the bucket's own rule removes the parts later.
        }
    }

    private PutObjectRequest PutRequest(string key, byte[] buffer, int length) => new()
    {
        BucketName = options.Bucket,
        Key = ObjectKey(key),
        InputStream = new MemoryStream(buffer, 0, length, writable: false),
        UseChunkEncoding = false,
    };

    private Task<int> FillAsync(byte[] buffer, Stream content, CancellationToken cancellationToken) =>
        content.ReadAtLeastAsync(buffer.AsMemory(0, options.PartBytes), options.PartBytes, throwOnEndOfStream: false, cancellationToken).AsTask();

    private string ObjectKey(string key) => options.Prefix + key;

    private static AmazonS3Client CreateClient(S3Options options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.ForcePathStyle,
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
