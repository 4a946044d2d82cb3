using System.Text.Json;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>Asks a Nextcloud for its version, and whether it knows this server as an app.</summary>
internal sealed class ReadNextcloud(NextcloudClients clients)
{
    private const int LargestPage = 64 * 1024;

    /// <summary>What it tells everybody, even in maintenance mode.</summary>
    /// <exception cref="OcsException">It cannot be reached, or is no Nextcloud.</exception>
    public async Task<NextcloudStatus> StatusAsync(KnownNextcloud known, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await clients
                .Of(known)
                .Pages.GetAsync(new Uri("status.php", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)response.StatusCode is >= 300 and < 400)
                throw new OcsException($"It redirects to {response.Headers.Location}; use that address", response.StatusCode);

            var page = await ReadAsync(response, cancellationToken);
            return
                page is { ValueKind: JsonValueKind.Object }
                && page.Value.TryGetProperty("versionstring", out var version)
                && version.ValueKind == JsonValueKind.String
                ? new NextcloudStatus(
                    version.GetString()!,
                    !Is(page, "installed", false),
                    Is(page, "maintenance", true),
                    response.Headers.Date
                )
                : throw new OcsException($"status.php answers {(int)response.StatusCode} without a version", response.StatusCode);
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException
                || error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            throw new OcsException(error.Message, error);
        }
    }

    /// <summary>The version, such as <c>32.0.1</c>; asked without credentials, so that no wrong ones can count.</summary>
    /// <exception cref="OcsException">There is no such answer.</exception>
    public async Task<string> VersionAsync(KnownNextcloud known, CancellationToken cancellationToken)
    {
        var calls = clients.Of(known).CallsAsGuest;
        using var request = calls.Request(HttpMethod.Get, "ocs/v2.php/cloud/capabilities?format=json");
        var data = await calls.SendAsync(request, cancellationToken);
        return
            data is { ValueKind: JsonValueKind.Object } capabilities
            && capabilities.TryGetProperty("version", out var version)
            && version.TryGetProperty("string", out var text)
            && text.GetString() is { Length: > 0 and <= 64 } name
            ? name
            : throw new OcsException("The answer has no version.", System.Net.HttpStatusCode.OK);
    }

    /// <summary>True when the app is enabled there. Of all calls only this one tells a disabled app from a refused one.</summary>
    /// <exception cref="OcsException">It was refused, or there is no such answer.</exception>
    public async Task<bool> IsEnabledAsync(KnownNextcloud known, CancellationToken cancellationToken)
    {
        var calls = clients.Of(known).Calls;
        using var request = calls.Request(HttpMethod.Get, "ocs/v2.php/apps/app_api/ex-app/state?format=json");
        var data = await calls.SendAsync(request, cancellationToken);
        return data is { ValueKind: JsonValueKind.Number } state && state.TryGetInt32(out var one) && one == 1;
    }

    /// <summary>Null for a page that is no JSON, or larger than such a page is.</summary>
    private static async Task<JsonElement?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestPage, cancellationToken);
            return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception error)
            when (error is JsonException || error is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded })
        {
            return null;
        }
    }

    private static bool Is(JsonElement? page, string key, bool value) =>
        page!.Value.TryGetProperty(key, out var found) && found.ValueKind == (value ? JsonValueKind.True : JsonValueKind.False);
}
