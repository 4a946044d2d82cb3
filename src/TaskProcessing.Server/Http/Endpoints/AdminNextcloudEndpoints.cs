using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Admin;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The admin page: actions on connections to Nextclouds.</summary>
internal static class AdminNextcloudEndpoints
{
    public static void MapAdminNextclouds(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapTaskProcessing().MapGroup("/admin").WithTags("Administration").RequireAdmin(notByApp: true);
        admin
            .MapPost("/nextclouds/{nextcloudId}/enabled", Enable)
            .WithName("enableNextcloud")
            .WithSummary("Takes tasks of a Nextcloud, or no more; tasks under way are finished.")
            .Takes<NextcloudEnabledParameters>()
            .Fails(400, 401, 403, 404, 409);
        admin
            .MapPost("/nextclouds/{nextcloudId}/check", Check)
            .WithName("checkNextcloud")
            .WithSummary("Checks a connection from both sides, and names its faults.")
            .Answers<NextcloudFindingsResource>()
            .Fails(401, 403, 404);
    }

    private static async Task<OcsResult> Enable(
        string nextcloudId,
        OcsParameters parameters,
        Caller caller,
        ChangeNextcloud changeNextcloud,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var enabled = parameters.Boolean("enabled", otherwise: false);
        switch (await changeNextcloud.EnableAsync(nextcloudId, enabled, cancellationToken))
        {
            case ChangeNextcloudOutcome.Changed:
                audit.Record(caller, enabled ? "enable nextcloud" : "disable nextcloud", nextcloudId);
                return OcsResult.Ok(OcsData.Null);
            case ChangeNextcloudOutcome.Configured:
                return OcsResult.Failure(StatusCodes.Status409Conflict, "The connection comes from the settings");
            default:
                return NotFound(nextcloudId);
        }
    }

    private static async Task<OcsResult> Check(
        HttpContext context,
        string nextcloudId,
        Caller caller,
        CheckNextcloud checkNextcloud,
        IOptions<NextcloudOptions> options,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        // What the browser reached may be what a Nextcloud reaches.
        var own = options.Value.OwnUrl ?? $"{context.Request.Scheme}://{context.Request.Host}";
        if (await checkNextcloud.RunAsync(nextcloudId, new Uri(own), cancellationToken) is not { } findings)
            return NotFound(nextcloudId);

        audit.Record(caller, "check nextcloud", nextcloudId);
        return OcsResult.Ok(
            new ValueData<NextcloudFindingsResource>(
                new NextcloudFindingsResource([.. findings.Select(finding => new NextcloudFindingResource(finding.IsGood, finding.Text))]),
                AdminJson.Default.NextcloudFindingsResource
            )
        );
    }

    private static OcsResult NotFound(string id) => OcsResult.Failure(StatusCodes.Status404NotFound, $"There is no connection \"{id}\"");
}
