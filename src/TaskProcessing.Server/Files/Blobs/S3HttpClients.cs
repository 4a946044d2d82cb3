using Amazon.Runtime;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Makes clients that follow no redirect: the SDK would send signed calls, and files, wherever an answer says.</summary>
internal sealed class S3HttpClients(TimeSpan connectTimeout) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(
            new StayHandler
            {
                InnerHandler = new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    ConnectTimeout = connectTimeout,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                },
            }
        )
        {
            Timeout = clientConfig.Timeout ?? Timeout.InfiniteTimeSpan,
        };

    /// <summary>The SDK has a redirect handler of its own, which cannot be switched off; it needs the address.</summary>
    private sealed class StayHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is >= 300 and < 400)
                response.Headers.Location = null;
            return response;
        }
    }
}
