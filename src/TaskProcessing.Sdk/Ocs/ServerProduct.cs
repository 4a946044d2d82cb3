using System.Net;
using System.Text.Json;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// What a server is. Its answers do not tell before it is too late: a claim that is lost, a type that nobody can schedule.
/// </summary>
/// <param name="IsTaskProcessing">True for a TaskProcessing server, whose <c>status.php</c> names it.</param>
/// <param name="NextcloudVersion">The major version of any other server; null when it does not tell.</param>
internal sealed record ServerProduct(bool IsTaskProcessing, int? NextcloudVersion)
{
    private const string OwnName = "TaskProcessing";
    private const int LongestStatus = 64 * 1024;

    public static ServerProduct Unknown { get; } = new(false, null);

    /// <summary>Nextcloud answers <c>next</c> at once, claims numbers none, and never gives a lost task to anybody.</summary>
    public bool HoldsClaims => IsTaskProcessing;

    /// <summary>Nextcloud 32 and before keep one error text.</summary>
    public bool KeepsUserMessages => IsTaskProcessing || NextcloudVersion >= 33;

    /// <summary>Nextcloud 32 and before hand out one task with each call.</summary>
    public bool GivesBatches => IsTaskProcessing || NextcloudVersion >= 33;

    /// <summary>On Nextcloud a task that leaves such a slot out cannot be scheduled (500).</summary>
    public bool TakesOptionalFileSlots => IsTaskProcessing;

    /// <exception cref="OcsException">The server does not answer now.</exception>
    public static async Task<ServerProduct> FindAsync(OcsConnection connection, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(connection, cancellationToken).ConfigureAwait(false);
        if (TextOf(status, "productname") == OwnName)
            return new ServerProduct(true, null);

        // Administrators may hide the version of status.php.
        var version = TextOf(status, "version")?.Split('.')[0];
        return new ServerProduct(
            false,
            int.TryParse(version, out var major) ? major : await CapabilityVersionAsync(connection, cancellationToken).ConfigureAwait(false)
        );
    }

    private static async Task<JsonElement?> StatusAsync(OcsConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            using var request = connection.Request(HttpMethod.Get, "status.php");
            var body = await connection.DownloadAnywayAsync(request, cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                var buffer = new byte[LongestStatus];
                var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
                using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
                return json.RootElement.Clone();
            }
        }
        catch (OcsException exception) when (!IsOutage(exception))
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<int?> CapabilityVersionAsync(OcsConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            using var request = connection.Request(HttpMethod.Get, "ocs/v2.php/cloud/capabilities");
            return
                await connection.SendAsync(request, cancellationToken).ConfigureAwait(false)
                    is { ValueKind: JsonValueKind.Object } capabilities
                && capabilities.TryGetProperty("version", out var version)
                && version.ValueKind == JsonValueKind.Object
                && version.TryGetProperty("major", out var number)
                && number.ValueKind == JsonValueKind.Number
                && number.TryGetInt32(out var major)
                ? major
                : null;
        }
        catch (OcsException exception) when (!IsOutage(exception) && exception.Silence is null)
        {
            return null;
        }
    }

    private static bool IsOutage(OcsException exception) =>
        exception.Kind == OcsErrorKind.Unreachable || exception.HttpStatus >= HttpStatusCode.InternalServerError;

    private static string? TextOf(JsonElement? json, string key) =>
        json is { ValueKind: JsonValueKind.Object } status
        && status.TryGetProperty(key, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
}
