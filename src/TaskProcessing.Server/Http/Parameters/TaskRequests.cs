using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>Reads the requests of the use cases from a request's parameters.</summary>
internal static class TaskRequests
{
    private const double LongestWaitSeconds = 60;

    public static ScheduleRequest Schedule(this OcsParameters parameters, Caller caller)
    {
        var input = parameters.Map("input");
        return new ScheduleRequest(caller.Owner, parameters.Text("type"), parameters.Text("appId"), input)
        {
            CustomId = parameters.OptionalText("customId") ?? "",
            WebhookUri = parameters.OptionalText("webhookUri"),
            WebhookMethod = parameters.OptionalText("webhookMethod"),
            IncludeWatermark = parameters.Boolean("includeWatermark", otherwise: true),
            PreferStreaming = parameters.Boolean("preferStreaming", otherwise: false),
            ProjectId = parameters.Integer("projectId", otherwise: 0),
        };
    }

    public static ClaimRequest Claim(this OcsParameters parameters, int count) =>
        new(parameters.List("providerIds"), parameters.List("taskTypeIds"), count, parameters.Wait());

    /// <summary>How long the caller would like to wait for an answer: <c>wait</c>, in seconds, up to a minute. Nextcloud knows no such parameter.</summary>
    public static TimeSpan Wait(this OcsParameters parameters) =>
        TimeSpan.FromSeconds(parameters.Has("wait") ? Math.Clamp(parameters.Float("wait"), 0, LongestWaitSeconds) : 0);

    /// <summary><c>progress</c> as a fraction; or, for those who count, <c>step</c> of <c>total</c>.</summary>
    public static ProgressReport Progress(this OcsParameters parameters)
    {
        int? total = parameters.Has("total") ? parameters.Integer("total", otherwise: 0) : null;
        return total is { } steps && parameters.Has("step")
            ? new ProgressReport(parameters.Float("step") / steps, total)
            : new ProgressReport(parameters.Float("progress"), total);
    }

    public static FinishRequest Finish(this OcsParameters parameters) =>
        new(parameters.OptionalMap("output"), parameters.OptionalText("errorMessage"), parameters.OptionalText("userFacingErrorMessage"));

    /// <summary>The id in the route, read as PHP reads it; 0, which no task has, for what is no number.</summary>
    public static long RouteId(this HttpContext context, string name) => PhpNumber.ToInteger((string)context.Request.RouteValues[name]!);
}
