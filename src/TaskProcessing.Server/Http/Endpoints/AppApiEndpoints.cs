using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The part of AppAPI that provider apps need to start and to register their providers.</summary>
internal static class AppApiEndpoints
{
    public static void MapAppApiRoutes(this IEndpointRouteBuilder routes)
    {
        var apps = routes.MapAppApi().WithTags("AppAPI");
        apps.MapMethods("/ex-app/state", OcsRoutes.Read, GetState)
            .RequireApp(evenDisabled: true)
            .WithName("getAppState")
            .WithSummary("1 when the app is enabled, else 0.")
            .Answers<int>()
            .Fails(401);
        apps.MapPut("/ex-app/status", SetStatus)
            .RequireApp()
            .MendsJson()
            .WithName("setAppStatus")
            .WithSummary("Reports the progress of the app's preparation.")
            .Takes<AppStatusParameters>()
            .Fails(400, 401);
        apps.MapPut("/apps/status/{appId}", SetStatus)
            .RequireApp()
            .MendsJson()
            .WithName("setAppStatusOld")
            .WithSummary("The older form of setAppStatus.")
            .Takes<AppStatusParameters>()
            .Fails(400, 401, 404);
        apps.MapPost("/api/v1/log", WriteLog)
            .RequireApp()
            .MendsJson()
            .WithName("writeLog")
            .WithSummary("Writes a line to the server's log.")
            .Takes<LogParameters>()
            .Fails(400, 401);
        apps.MapMethods("/api/v1/users", OcsRoutes.Read, ListUsers)
            .RequireApp()
            .WithName("listUsers")
            .WithSummary("Lists the ids of the users.")
            .Answers<IReadOnlyList<string>>()
            .Fails(401);
        apps.MapMethods("/api/v1/info/nextcloud_url/absolute", OcsRoutes.Read, GetAbsoluteUrl)
            .RequireApp()
            .WithName("getAbsoluteUrl")
            .WithSummary("Makes an absolute address of a path on this server.")
            .Takes<AbsoluteUrlParameters>()
            .Answers<AbsoluteUrlResource>()
            .Fails(400, 401);
        apps.MapPost("/api/v1/ai_provider/task_processing", Register)
            .RequireApp()
            .WithName("registerProvider")
            .WithSummary("Registers a provider of the app, or replaces it.")
            .Takes<RegisterParameters>()
            .Fails(400, 401);
        // Apps take their providers back while they are being disabled.
        apps.MapDelete("/api/v1/ai_provider/task_processing", Unregister)
            .RequireApp(evenDisabled: true)
            .WithName("unregisterProvider")
            .WithSummary("Removes a provider of the app; the parameter name is its id.")
            .Fails(401, 404);
        apps.MapMethods("/api/v1/ai_provider/task_processing", OcsRoutes.Read, GetRegistration)
            .RequireApp()
            .WithName("getProvider")
            .WithSummary("Answers a provider of the app as it was registered.")
            .Takes<ProviderNameParameters>()
            .Answers<RegistrationResource>()
            .Fails(401, 404);
    }

    // Apps ask at their start, to go on working at once if they were enabled before.
    private static async Task<OcsResult> GetState(
        Caller caller,
        IExAppStore exApps,
        IExAppStatusStore statuses,
        CancellationToken cancellationToken
    )
    {
        var works =
            await exApps.FindAsync(caller.AppId!, cancellationToken) is { Enabled: true } app
            && (app.Url is null || (await statuses.GetAsync(app.Id, cancellationToken)).Stage == ExAppStage.Enabled);
        return OcsResult.Ok(OcsData.Number(works ? 1 : 0));
    }

    private static async Task<OcsResult> SetStatus(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        ReportInitProgress reportInitProgress,
        CancellationToken cancellationToken
    )
    {
        var appId = context.GetRouteValue("appId") as string ?? caller.AppId;
        var progress = (int)Math.Clamp(parameters.Number("progress"), 0, 100);
        return
            appId == caller.AppId
            && await reportInitProgress.RunAsync(appId!, progress, parameters.ReportedText("error") ?? "", cancellationToken)
            ? OcsResult.Ok(OcsData.EmptyList)
            : new OcsResult(StatusCodes.Status404NotFound, OcsData.EmptyList);
    }

    private static OcsResult WriteLog(OcsParameters parameters, Caller caller, ILoggerFactory loggers)
    {
        LogLevel? level = parameters.Integer("level", otherwise: -1) switch
        {
            0 => LogLevel.Debug,
            1 => LogLevel.Information,
            2 => LogLevel.Warning,
            3 => LogLevel.Error,
            4 => LogLevel.Critical,
            _ => null,
        };
        if (level is null)
            return new OcsResult(StatusCodes.Status400BadRequest, OcsData.EmptyList, "Invalid log level");

        var message = parameters.ReportedText("message") ?? parameters.Text("message");
        var logger = loggers.CreateLogger($"ExApp.{caller.AppId}");
        AppLog.Write(logger, level.Value, message);
        return OcsResult.Ok(OcsData.EmptyList);
    }

    private static async Task<OcsResult> ListUsers(IAccountStore accounts, CancellationToken cancellationToken)
    {
        var ids = (await accounts.ListAsync(cancellationToken)).Select(account => account.Id).ToList();
        return OcsResult.Ok(new ValueData<List<string>>(ids, AppApiJson.Default.ListString));
    }

    private static OcsResult GetAbsoluteUrl(HttpContext context, OcsParameters parameters)
    {
        var url = $"{context.Request.Scheme}://{context.Request.Host}/{parameters.Text("url").TrimStart('/')}";
        return OcsResult.Ok(new ValueData<AbsoluteUrlResource>(new AbsoluteUrlResource(url), AppApiJson.Default.AbsoluteUrlResource));
    }

    // Apps get no reason, as in AppAPI; the log has it.
    private static async Task<OcsResult> Register(
        OcsParameters parameters,
        Caller caller,
        RegisterProvider registerProvider,
        CancellationToken cancellationToken
    )
    {
        var provider = parameters.Map("provider").GetRawText();
        return await registerProvider.RunAsync(
            caller.AppId!,
            provider,
            parameters.OptionalMap("customTaskType")?.GetRawText(),
            cancellationToken
        )
            ? OcsResult.Ok(OcsData.EmptyList)
            : new OcsResult(StatusCodes.Status400BadRequest, OcsData.EmptyList);
    }

    private static async Task<OcsResult> Unregister(
        OcsParameters parameters,
        Caller caller,
        UnregisterProvider unregisterProvider,
        CancellationToken cancellationToken
    ) =>
        await unregisterProvider.RunAsync(caller.AppId!, parameters.Text("name"), cancellationToken)
            ? OcsResult.Ok(OcsData.EmptyList)
            : new OcsResult(StatusCodes.Status404NotFound, OcsData.EmptyList);

    private static async Task<OcsResult> GetRegistration(
        OcsParameters parameters,
        Caller caller,
        IExAppStore exApps,
        CancellationToken cancellationToken
    )
    {
        if (await exApps.FindRegistrationAsync(caller.AppId!, parameters.Text("name"), cancellationToken) is not { } found)
            return new OcsResult(StatusCodes.Status404NotFound, OcsData.EmptyList);

        var registration = new RegistrationResource(
            found.Id,
            found.AppId,
            found.ProviderId,
            found.DisplayName,
            found.TaskType,
            found.Provider,
            found.CustomTaskType ?? "null"
        );
        return OcsResult.Ok(new ValueData<RegistrationResource>(registration, AppApiJson.Default.RegistrationResource));
    }
}

internal static partial class AppLog
{
    [LoggerMessage("{Message}")]
    public static partial void Write(ILogger logger, LogLevel level, string message);
}

internal sealed record AbsoluteUrlResource(string AbsoluteUrl);

/// <summary>The two JSON documents are texts within the JSON, as AppAPI stores them.</summary>
internal sealed record RegistrationResource(
    long Id,
    string AppId,
    string Name,
    string DisplayName,
    string TaskType,
    string Provider,
    string CustomTaskType
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(AbsoluteUrlResource))]
[JsonSerializable(typeof(RegistrationResource))]
internal sealed partial class AppApiJson : JsonSerializerContext;
