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
        };
    }

    public static ClaimRequest Claim(this OcsParameters parameters, int count) =>
        new(parameters.List("providerIds"), parameters.List("taskTypeIds"), count, parameters.Wait());

    /// <summary>How long the caller would like to wait for an answer: <c>wait</c>, in seconds, up to a minute. Nextcloud knows no such parameter.</summary>
    public static TimeSpan Wait(this OcsParameters parameters) =>
        TimeSpan.FromSeconds(parameters.Has("wait") ? Math.Clamp(parameters.Float("wait"), 0, LongestWaitSeconds) : 0);

    public static FinishRequest Finish(this OcsParameters parameters) =>
        new(parameters.OptionalMap("output"), parameters.OptionalText("errorMessage"), parameters.OptionalText("userFacingErrorMessage"));

    /// <summary>The id in the route, read as PHP reads it; 0, which no task has, for what is no number.</summary>
    public static long RouteId(this HttpContext context, string name) => PhpNumber.ToInteger((string)context.Request.RouteValues[name]!);
}
