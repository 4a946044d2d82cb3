using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>Reads the requests of the use cases from a request's parameters.</summary>
internal static class TaskRequests
{
    private const double LongestWaitSeconds = 60;
    private const double LongestRetryAfterSeconds = 7 * 86_400;

    public static ScheduleRequest Schedule(this OcsParameters parameters, Caller caller, HttpRequest request)
    {
        var input = parameters.Map("input");
        return new ScheduleRequest(caller.Owner, parameters.Text("type"), parameters.Text("appId"), input)
        {
            CustomId = parameters.OptionalText("customId") ?? "",
            WebhookUri = parameters.OptionalText("webhookUri"),
            WebhookMethod = parameters.OptionalText("webhookMethod"),
            IncludeWatermark = parameters.Boolean("includeWatermark", otherwise: true),
            PreferStreaming = parameters.Boolean("preferStreaming", otherwise: false),
            Priority = parameters.Integer("priority", otherwise: 0),
            ProjectId = parameters.Integer("projectId", otherwise: 0),
            IdempotencyKey = request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null,
            IsAdmin = caller.IsAdmin,
            CallingApp = caller.AppId,
            Actor = caller.Actor,
        };
    }

    public static ClaimRequest Claim(this OcsParameters parameters, int count, Caller caller) =>
        new(parameters.List("providerIds"), parameters.List("taskTypeIds"), count, parameters.Wait()) { Actor = caller.Actor };

    /// <summary>How long the caller would like to wait for an answer: <c>wait</c>, in seconds, up to a minute. Nextcloud knows no such parameter.</summary>
    public static TimeSpan Wait(this OcsParameters parameters) =>
        TimeSpan.FromSeconds(parameters.Has("wait") ? Math.Clamp(parameters.Float("wait"), 0, LongestWaitSeconds) : 0);

    /// <summary><c>progress</c> as a fraction; or, for those who count, <c>step</c> of <c>total</c>.</summary>
    public static ProgressReport Progress(this OcsParameters parameters, Caller caller)
    {
        int? total = parameters.Has("total") ? parameters.Integer("total", otherwise: 0) : null;
        var progress = total is { } steps && parameters.Has("step") ? parameters.Float("step") / steps : parameters.Float("progress");
        return new ProgressReport(progress, total) { Actor = caller.Actor, Claim = parameters.ClaimNumber() };
    }

    public static FinishRequest Finish(this OcsParameters parameters, Caller caller) =>
        new(parameters.OptionalMap("output"), parameters.OptionalText("errorMessage"), parameters.OptionalText("userFacingErrorMessage"))
        {
            Claim = parameters.Boolean("retryable", otherwise: false) ? parameters.NeededClaimNumber() : parameters.ClaimNumber(),
            Retryable = parameters.Boolean("retryable", otherwise: false),
            RetryAfter = parameters.Has("retryAfter") ? TimeSpan.FromSeconds(Math.Clamp(parameters.Float("retryAfter"), 0, LongestRetryAfterSeconds)) : null,
            Actor = caller.Actor,
        };

    /// <summary>Which claim of the task the worker means: <c>claim</c>, as the answer to its claim had it. Nextcloud's workers know no such number.</summary>
    public static long? ClaimNumber(this OcsParameters parameters) => parameters.Has("claim") ? parameters.Id("claim") : null;

    /// <summary>The same where it must be there: by then the task may be another worker's, which only the number tells.</summary>
    public static long NeededClaimNumber(this OcsParameters parameters) =>
        parameters.ClaimNumber() ?? throw new BadHttpRequestException("Parameter \"claim\" is missing; it must be the number that came with the claimed task");

    /// <summary>The id in the route, read as PHP reads it; 0, which no task has, for what is no number.</summary>
    public static long RouteId(this HttpContext context, string name) => PhpNumber.ToInteger((string)context.Request.RouteValues[name]!);
}
