using System.Net.Http.Headers;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Fetches images and sounds that an endpoint answered as an address: from the endpoint's own host and port, and from hosts that a
/// setting names. An endpoint must not reach, through this server, a host that only its network can reach. The key goes to the endpoint
/// alone.
/// </summary>
internal sealed class LinkedMedia : IDisposable
{
    private const int MaxRedirects = 3;

    private readonly Uri _endpoint;
    private readonly string? _key;
    private readonly string _setting;
    private readonly AllowedHosts _hosts;
    private readonly HttpClient _own;
    private readonly HttpClient _others;

    /// <param name="name">The endpoint's name.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="key">Its key.</param>
    /// <param name="own">Calls the endpoint itself.</param>
    /// <param name="mostBytes">No file may have more.</param>
    public LinkedMedia(string name, OpenAIEndpointOptions options, string? key, HttpClient own, long mostBytes)
    {
        (_endpoint, _key, _own) = (options.Address, key, own);
        _setting = $"Providers:OpenAI:{name}:{nameof(OpenAIEndpointOptions.MediaHosts)}";
        _hosts = new AllowedHosts(options.MediaHosts);

        // No proxy: it would connect for us, past the guard. Redirects are followed one by one, each checked like the first address.
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = new GuardedConnection(_hosts.Allow, _setting).OpenAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        _others = new HttpClient(new MaxResponseSizeHandler(sockets, mostBytes)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <param name="link">The address, which may be one on the endpoint without its host.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BadAnswerException">It may not be fetched, or cannot be.</exception>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(string link, CancellationToken cancellationToken)
    {
        var address = Resolve(_endpoint, link);
        for (var redirects = 0; ; redirects++)
        {
            using var response = await GetAsync(address, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return response.IsSuccessStatusCode
                    ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
                    : throw Failed(address, $"answered {(int)response.StatusCode}", (int)response.StatusCode is 408 or 429 or >= 500);

            if (redirects == MaxRedirects || response.Headers.Location is not { } next)
                throw Failed(address, "leads to no file", mayPass: false);
            address = Resolve(address, next.OriginalString);
        }
    }

    public void Dispose() => _others.Dispose();

    private async Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        var isOwn =
            Uri.Compare(address, _endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase)
            == 0;
        if (!isOwn && !_hosts.Cover(address.IdnHost))
            throw Refused(
                $"The endpoint answered an address on {address.IdnHost} in place of a file. {_setting} says from where such are fetched."
            );

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (isOwn && _key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        try
        {
            return await (isOwn ? _own : _others).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException error) when (error.GetBaseException() is AddressRefusedException refusal)
        {
            throw Refused($"The endpoint answered an address in place of a file: {refusal.Message}.");
        }
        catch (HttpRequestException error)
        {
            throw Failed(address, $"cannot be reached ({error.GetBaseException().Message})", mayPass: true);
        }
    }

    private static Uri Resolve(Uri from, string link) =>
        Uri.TryCreate(from, link, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw Refused("The endpoint answered an address in place of a file, and one that is not fetched from anywhere.");

    /// <summary>Path and query may hold secrets, so the message names the host alone.</summary>
    private static BadAnswerException Failed(Uri address, string what, bool mayPass) =>
        new($"The file that the endpoint made is on {address.IdnHost}, which {what}.") { MayPass = mayPass };

    private static BadAnswerException Refused(string message) =>
        new(message) { UserMessage = "The AI service answers in a way that this server does not accept. Please tell your administrator." };
}
