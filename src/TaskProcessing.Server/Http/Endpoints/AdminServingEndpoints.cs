using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.Admin;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The admin page: actions on provider apps, providers and webhooks.</summary>
internal static class AdminServingEndpoints
{
    public static void MapAdminServing(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapTaskProcessing().MapGroup("/admin").WithTags("Administration").RequireAdmin(notByApp: true);
        admin
            .MapPost("/apps/{appId}/enabled", EnableApp)
            .WithName("enableApp")
            .WithSummary("Lets a provider app work, or locks it out; its waiting tasks then go on waiting.")
            .Takes<AppEnabledParameters>()
            .Fails(400, 401, 403, 404);
        admin
            .MapPost("/apps/{appId}/check", CheckApp)
            .WithName("checkApp")
            .WithSummary("Checks the state of a provider app, calls it, and names its faults.")
            .Answers<AppFindingsResource>()
            .Fails(401, 403, 404);
        admin
            .MapPost("/providers/enabled", EnableProvider)
            .WithName("enableProvider")
            .WithSummary("Lets a provider serve, or takes it out of service; its waiting tasks then go to the next one.")
            .Takes<ProviderEnabledParameters>()
            .Fails(400, 401, 403, 404);
        admin
            .MapPost("/webhooks/{webhookId}/retry", Retry)
            .WithName("retryWebhook")
            .WithSummary("Has a webhook tried again at once.")
            .Fails(401, 403, 404, 409);
    }

    private static async Task<OcsResult> EnableApp(
        string appId,
        OcsParameters parameters,
        Caller caller,
        EnableExApp enableExApp,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var enabled = parameters.Boolean("enabled", otherwise: false);
        if (!await enableExApp.RunAsync(appId, enabled, cancellationToken))
            return NotFound($"There is no app \"{appId}\"");

        audit.Record(caller, enabled ? "enable app" : "disable app", appId);
        return OcsResult.Ok(OcsData.Null);
    }

    private static async Task<OcsResult> CheckApp(
        string appId,
        Caller caller,
        CheckExApp checkExApp,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        if (await checkExApp.RunAsync(appId, cancellationToken) is not { } findings)
            return NotFound($"There is no app \"{appId}\"");

        audit.Record(caller, "check app", appId);
        return OcsResult.Ok(
            new ValueData<AppFindingsResource>(
                new AppFindingsResource([.. findings.Select(finding => new AppFindingResource(finding.IsGood, finding.Text))]),
                AdminJson.Default.AppFindingsResource
            )
        );
    }

    private static async Task<OcsResult> EnableProvider(
        OcsParameters parameters,
        Caller caller,
        EnableProvider enableProvider,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        var (id, enabled) = (parameters.Text("id"), parameters.Boolean("enabled", otherwise: false));
        if (!await enableProvider.RunAsync(id, enabled, cancellationToken))
            return NotFound($"There is no provider \"{id}\"");

        audit.Record(caller, enabled ? "enable provider" : "disable provider", id);
        return OcsResult.Ok(OcsData.Null);
    }

    private static async Task<OcsResult> Retry(
        string webhookId,
        Caller caller,
        RetryWebhook retryWebhook,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        switch (await retryWebhook.RunAsync(webhookId, cancellationToken))
        {
            case RetryOutcome.Due:
                audit.Record(caller, "retry webhook", webhookId);
                return OcsResult.Ok(OcsData.Null);
            case RetryOutcome.NotFound:
                return NotFound("There is no such webhook");
            case RetryOutcome.Delivered:
                return OcsResult.Failure(StatusCodes.Status409Conflict, "The receiver has it already");
            default:
                return OcsResult.Failure(StatusCodes.Status409Conflict, "It is being sent now");
        }
    }

    private static OcsResult NotFound(string message) => OcsResult.Failure(StatusCodes.Status404NotFound, message);
}
