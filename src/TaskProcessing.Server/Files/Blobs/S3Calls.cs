using System.Net;
using Amazon.Runtime;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Makes calls to an S3 service, and one thing of all the ways in which that can fail.</summary>
/// <param name="location">The service, for messages.</param>
internal sealed class S3Calls(string location)
{
    /// <summary>The error codes of services other than Amazon's for a full storage; Amazon's is never full.</summary>
    private static readonly HashSet<string> FullCodes = ["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"];

    /// <exception cref="BlobStoreUnavailableException">The service cannot be reached, takes too long, refuses or is full.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (IsOutage(error, cancellationToken))
        {
            throw Unavailable(error);
        }
    }

    /// <summary>An answer that ends before its end is an outage too.</summary>
    public Stream Watch(Stream answer) => new WatchedStream(this, answer);

    private static bool IsOutage(Exception error, CancellationToken cancellationToken) =>
        error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>The service's own words are left out: they may be a whole page of some proxy, and name keys.</summary>
    private BlobStoreUnavailableException Unavailable(Exception error)
    {
        var reason = error switch
        {
            AmazonServiceException { StatusCode: not 0 } refusal => $"it answered {(int)refusal.StatusCode} {refusal.ErrorCode}".TrimEnd(),
            OperationCanceledException or TimeoutException => "it did not answer in time",
            _ => error.GetBaseException().Message,
        };
        return new BlobStoreUnavailableException(location, reason, error) { IsFull = IsFull(error) };
    }

    private static bool IsFull(Exception error) =>
        error is AmazonServiceException refusal
        && (refusal.StatusCode == HttpStatusCode.InsufficientStorage || FullCodes.Contains(refusal.ErrorCode ?? ""));

    private sealed class WatchedStream(S3Calls calls, Stream answer) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await answer.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception error) when (IsOutage(error, cancellationToken))
            {
                throw calls.Unavailable(error);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                answer.Dispose();
            base.Dispose(disposing);
        }
    }
}
