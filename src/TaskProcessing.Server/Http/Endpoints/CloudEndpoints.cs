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

/// <summary>The routes by which clients recognise the server and their user: capabilities, user, status.</summary>
internal static class CloudEndpoints
{
    public static void MapCloudRoutes(this IEndpointRouteBuilder routes)
    {
        var cloud = routes.MapCloud().WithTags("Server");
        cloud
            .MapMethods("/capabilities", OcsRoutes.Read, GetCapabilities)
            .AllowAnybody()
            .WithName("getCapabilities")
            .WithSummary("Answers the Nextcloud version and the capabilities of this server.")
            .Answers<CapabilitiesResource>();
        cloud
            .MapMethods("/user", OcsRoutes.Read, GetUser)
            .RequireUser()
            .WithName("getUser")
            .WithSummary("Answers the logged-in user.")
            .Answers<UserResource>()
            .Fails(401);
        routes
            .MapMethods("/status.php", OcsRoutes.Read, GetStatus)
            .AllowAnybody()
            .WithTags("Server")
            .WithName("getStatus")
            .WithSummary("Answers the state of the server, in plain JSON without an envelope.");
    }

    private static OcsResult GetCapabilities(HttpContext context, IOptions<OcsOptions> ocs, IOptions<AppApiOptions> appApiOptions)
    {
        var version = Version.Parse(ocs.Value.Version);
        var isUser = context.Features.Get<Caller>()?.UserId is not null;
        var appApi = new AppApiCapability(appApiOptions.Value.Version, isUser ? 2 : null);
        var capabilities = new CapabilitiesResource(
            new VersionResource(version.Major, version.Minor, version.Build, ocs.Value.Version, "", false),
            isUser ? new CapabilitySet(appApi, DavCapability.Own, FilesCapability.Own, ChecksumsCapability.Own) : new CapabilitySet(appApi)
        );
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
            true,
            false,
            false,
            string.Create(CultureInfo.InvariantCulture, $"{version}.0"),
            ocs.Value.Version,
            "",
            "TaskProcessing",
            false
        );
        return TypedResults.Json(status, CloudJson.Default.StatusResource, "application/json");
    }
}

internal sealed record CapabilitiesResource(VersionResource Version, CapabilitySet Capabilities);

internal sealed record VersionResource(int Major, int Minor, int Micro, string String, string Edition, bool ExtendedSupport);

internal sealed record CapabilitySet(
    [property: JsonPropertyName("app_api")] AppApiCapability AppApi,
    DavCapability? Dav = null,
    FilesCapability? Files = null,
    ChecksumsCapability? Checksums = null
);

internal sealed record AppApiCapability(string Version, int? Loglevel);

/// <param name="Chunking">Without it desktop clients send large files in parts the way that ownCloud did, which is refused.</param>
internal sealed record DavCapability(string Chunking)
{
    public static DavCapability Own { get; } = new("1.0");
}

/// <param name="Bigfilechunking">The older name of the capability, for apps of phones.</param>
/// <param name="Undelete">True when there is a trash bin.</param>
/// <param name="Versioning">True when files keep earlier contents.</param>
internal sealed record FilesCapability(bool Bigfilechunking, bool Undelete, bool Versioning)
{
    public static FilesCapability Own { get; } = new(true, false, false);
}

/// <summary>Desktop clients send the preferred checksum along with each file, so that no damaged content is kept.</summary>
internal sealed record ChecksumsCapability(string PreferredUploadType, IReadOnlyList<string> SupportedTypes)
{
    public static ChecksumsCapability Own { get; } = new("SHA1", ["SHA1", "MD5", "SHA256"]);
}

internal sealed record UserResource(
    bool Enabled,
    string Id,
    string Displayname,
    [property: JsonPropertyName("display-name")] string DisplayNameWithHyphen
);

internal sealed record StatusResource(
    bool Installed,
    bool Maintenance,
    bool NeedsDbUpgrade,
    string Version,
    string Versionstring,
    string Edition,
    string Productname,
    bool ExtendedSupport
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CapabilitiesResource))]
[JsonSerializable(typeof(UserResource))]
[JsonSerializable(typeof(StatusResource))]
internal sealed partial class CloudJson : JsonSerializerContext;
