using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>By what clients recognise a server and themselves: capabilities, user, status.</summary>
internal static class CloudEndpoints
{
    public static void MapCloudRoutes(this IEndpointRouteBuilder routes)
    {
        var cloud = routes.MapCloud().WithTags("Server");
        cloud.MapMethods("/capabilities", OcsRoutes.Read, GetCapabilities).AllowAnybody()
            .Describe("getCapabilities", "Which Nextcloud this server speaks like.", data: typeof(CapabilitiesResource));
        cloud.MapMethods("/user", OcsRoutes.Read, GetUser).RequireUser()
            .Describe("getUser", "Who is logged in.", data: typeof(UserResource), failures: 401);
        routes.MapMethods("/status.php", OcsRoutes.Read, GetStatus).AllowAnybody().WithTags("Server")
            .Describe("getStatus", "Whether the server is up; plain JSON without envelope.");
    }

    private static OcsResult GetCapabilities(HttpContext context, IOptions<OcsOptions> ocs, IOptions<AppApiOptions> appApiOptions)
    {
        var version = Version.Parse(ocs.Value.Version);
        var appApi = new AppApiCapability(appApiOptions.Value.Version, context.Features.Get<Caller>()?.UserId is null ? null : 2);
        var capabilities = new CapabilitiesResource(
            new VersionResource(version.Major, version.Minor, version.Build, ocs.Value.Version, "", false), new CapabilitySet(appApi));
        return OcsResult.Ok(new ValueData<CapabilitiesResource>(capabilities, CloudJson.Default.CapabilitiesResource));
    }

    private static async Task<OcsResult> GetUser(Caller caller, IAccountStore accounts, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.UserId!, cancellationToken);
        var user = new UserResource(true, caller.UserId!, account?.DisplayName ?? caller.UserId!, account?.DisplayName ?? caller.UserId!);
        return OcsResult.Ok(new ValueData<UserResource>(user, CloudJson.Default.UserResource));
    }

    private static JsonHttpResult<StatusResource> GetStatus(IOptions<OcsOptions> ocs)
    {
        var version = Version.Parse(ocs.Value.Version);
        var status = new StatusResource(
            true, false, false, string.Create(CultureInfo.InvariantCulture, $"{version}.0"), ocs.Value.Version, "", "TaskProcessing", false);
        return TypedResults.Json(status, CloudJson.Default.StatusResource, "application/json");
    }
}

internal sealed record CapabilitiesResource(VersionResource Version, CapabilitySet Capabilities);

internal sealed record VersionResource(int Major, int Minor, int Micro, string String, string Edition, bool ExtendedSupport);

internal sealed record CapabilitySet([property: JsonPropertyName("app_api")] AppApiCapability AppApi);

internal sealed record AppApiCapability(string Version, int? Loglevel);

internal sealed record UserResource(bool Enabled, string Id, string Displayname, [property: JsonPropertyName("display-name")] string DisplayNameWithHyphen);

internal sealed record StatusResource(
    bool Installed, bool Maintenance, bool NeedsDbUpgrade, string Version, string Versionstring, string Edition, string Productname, bool ExtendedSupport);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CapabilitiesResource))]
[JsonSerializable(typeof(UserResource))]
[JsonSerializable(typeof(StatusResource))]
internal sealed partial class CloudJson : JsonSerializerContext;
