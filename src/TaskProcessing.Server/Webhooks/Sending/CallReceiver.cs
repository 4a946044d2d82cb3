using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>
/// Sends a delivery to an address. It reads only the status and the wanted pause of the answer, and keeps no other part
/// of it.
/// </summary>
internal sealed class CallReceiver : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly ProductInfoHeaderValue Agent = new("TaskProcessing", ServerVersion.Full);

    private readonly WebhookKeys _keys;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    // No proxy: it would connect for us, without the guard. No redirects: only the named receiver is called.
    public CallReceiver(WebhookKeys keys, GuardedConnection connection, IOptions<WebhookOptions> options, TimeProvider time)
    {
        (_keys, _time) = (keys, time);
        _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ConnectCallback = connection.OpenAsync,
                MaxResponseDrainSize = 16 * 1024,
                MaxResponseHeadersLength = 16,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<WebhookOutcome> RunAsync(WebhookTarget.Address target, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var keys = await _keys.GetAsync(cancellationToken);
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = Request(target, delivery, keys);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? new WebhookOutcome.Delivered(status)
                : new WebhookOutcome.Failed(status, Describe(status)) { RetryAfter = response.RequestedPause(_time.GetUtcNow()) };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new WebhookOutcome.Failed(
                null,
                string.Create(CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0.#} seconds")
            );
        }
        catch (HttpRequestException error) when (Refusal(error) is { } refusal)
        {
            return new WebhookOutcome.Refused(refusal.Message);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or AuthenticationException)
        {
            return new WebhookOutcome.Failed(null, error.GetBaseException().Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Describe(int status) =>
        status switch
        {
            >= 300 and < 400 => $"it answered {status}; redirects are not followed",
            _ => $"it answered {status}",
        };

    private HttpRequestMessage Request(WebhookTarget.Address target, WebhookDelivery delivery, IReadOnlyList<WebhookKey> keys)
    {
        var request = new HttpRequestMessage(target.Method, target.Uri)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)),
        };
        request.Content.Headers.ContentType = Json;
        request.Headers.UserAgent.Add(Agent);
        foreach (var (name, value) in WebhookHeaders.Of(delivery, keys, _time.GetUtcNow()))
            request.Headers.Add(name, value);
        // Nextcloud's HTTP library reads a name and password from the address too.
        if (target.Uri.UserInfo.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(target.Uri.UserInfo)))
            );
        return request;
    }

    private static AddressRefusedException? Refusal(Exception error)
    {
        for (var current = error; current is not null; current = current.InnerException)
        {
            if (current is AddressRefusedException refusal)
                return refusal;
        }

        return null;
    }
}
