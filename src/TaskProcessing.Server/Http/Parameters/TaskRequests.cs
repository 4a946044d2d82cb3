using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Results;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>Reads the requests of the use cases from a request's parameters.</summary>
internal static class TaskRequests
{
    private const double LongestWaitSeconds = 60;
    private const double LongestRetryAfterSeconds = 7 * 86_400;
    private const int LargestPage = 500;

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
            TraceParent = TaskTraces.Accept(request.Headers.TraceParent),
        };
    }

    /// <summary>The filter for the caller's tasks: by type, or by the scheduling app.</summary>
    public static TaskQuery Filters(this OcsParameters parameters, Caller caller, string? appId = null) =>
        new()
        {
            Owner = caller.Owner,
            AppId = appId,
            Type = appId is null ? parameters.OptionalText("taskType") : null,
            CustomId = parameters.OptionalText("customId"),
            Status = parameters.Status(),
            Page = parameters.Page(),
        };

    /// <summary>Nextcloud sends all tasks at once, and ignores <c>limit</c> and <c>status</c>; hence other names.</summary>
    private static TaskPage? Page(this OcsParameters parameters)
    {
        if (!parameters.Has("newest"))
            return null;

        long? before = parameters.Has("olderThan") ? parameters.Id("olderThan") : null;
        return new TaskPage(parameters.Count("newest", LargestPage), BeforeId: before);
    }

    private static ProcessingStatus? Status(this OcsParameters parameters)
    {
        if (parameters.OptionalText("withStatus") is not { } name)
            return null;

        var status = ProcessingStatusNames.FromWire(name);
        return status == ProcessingStatus.Unknown
            ? throw new BadHttpRequestException("Parameter \"withStatus\" must be a status such as STATUS_RUNNING")
            : status;
    }

    public static ClaimRequest Claim(this OcsParameters parameters, int count, Caller caller) =>
        new(parameters.List("providerIds"), parameters.List("taskTypeIds"), count, parameters.Wait()) { Actor = caller.Actor };

    /// <summary>
    /// The time that the caller wants to wait for an answer: <c>wait</c>, in seconds, up to a minute. Nextcloud has no
    /// such parameter.
    /// </summary>
    public static TimeSpan Wait(this OcsParameters parameters) =>
        TimeSpan.FromSeconds(parameters.Has("wait") ? Math.Clamp(parameters.Number("wait"), 0, LongestWaitSeconds) : 0);

    /// <summary><c>progress</c> as a fraction; or, for workers that count, <c>step</c> of <c>total</c>.</summary>
    public static ProgressReport Progress(this OcsParameters parameters, Caller caller)
    {
        int? total = parameters.Has("total") ? parameters.Integer("total", otherwise: 0) : null;
        var progress = total is { } steps && parameters.Has("step") ? parameters.Number("step") / steps : parameters.Float("progress");
        return new ProgressReport(progress, total) { Actor = caller.Actor, Claim = parameters.ClaimNumber() };
    }

    /// <summary>A text of a worker's report, as far as it can be kept: of any other kind of value its JSON. Null when absent.</summary>
    public static string? ReportedText(this OcsParameters parameters, string name) =>
        parameters.Find(name) is { } value
            ? ReportText.Of(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())
            : null;

    /// <summary>Every result is accepted: workers ignore the answer, and the work of a refused result would be lost.</summary>
    public static FinishRequest Finish(this OcsParameters parameters, Caller caller) =>
        new(parameters.Find("output"), parameters.ReportedText("errorMessage"), parameters.ReportedText("userFacingErrorMessage"))
        {
            Claim = parameters.Boolean("retryable", otherwise: false) ? parameters.NeededClaimNumber() : parameters.ClaimNumber(),
            Retryable = parameters.Boolean("retryable", otherwise: false),
            RetryAfter = parameters.Has("retryAfter")
                ? TimeSpan.FromSeconds(Math.Clamp(parameters.Number("retryAfter"), 0, LongestRetryAfterSeconds))
                : null,
            Actor = caller.Actor,
        };

    /// <summary>The worker's claim number: <c>claim</c>, from the answer to its claim. Nextcloud's workers send none.</summary>
    public static long? ClaimNumber(this OcsParameters parameters) => parameters.Has("claim") ? parameters.Id("claim") : null;

    /// <summary>
    /// The same for routes that require it: the task may belong to another worker by now, which only the number shows.
    /// </summary>
    public static long NeededClaimNumber(this OcsParameters parameters) =>
        parameters.ClaimNumber()
        ?? throw new BadHttpRequestException("Parameter \"claim\" is missing; it must be the number that came with the claimed task");

    /// <summary>The id in the route, read as PHP reads it; 0, which no task has, when it is no number.</summary>
    public static long RouteId(this HttpContext context, string name) => PhpNumber.ToInteger((string)context.Request.RouteValues[name]!);
}
