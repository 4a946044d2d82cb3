using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Nextclouds;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>
/// The app's side of AppAPI: what Nextclouds call when this server is one of their apps. There is no <c>/init</c>: its 404 means
/// "nothing to prepare". Without connections the routes answer 404 too.
/// </summary>
internal static class NextcloudEndpoints
{
    public static void MapNextclouds(this IEndpointRouteBuilder routes)
    {
        var app = routes.MapGroup("").ExcludeFromDescription();
        // Comes without credentials, once a second, until the answer is this one.
        app.MapGet("/heartbeat", Beat);
        app.MapPut("/enabled", SetEnabledAsync);
        // Nextcloud 33 and later: a task was scheduled.
        app.MapPost("/trigger", TriggerAsync);
    }

    private static IResult Beat(NextcloudDirectory directory) =>
        directory.Current.Count == 0 ? TypedResults.NotFound() : TypedResults.Json(new Heartbeat("ok"), NextcloudJson.Default.Heartbeat);

    private static Task<IResult> SetEnabledAsync(HttpContext context, EnableThere enableThere, CancellationToken cancellationToken) =>
        AnswerKnownAsync(context, known => enableThere.RunAsync(known, context.Request.Query["enabled"] == "1", cancellationToken));

    private static Task<IResult> TriggerAsync(HttpContext context, NextcloudSignal signal) =>
        AnswerKnownAsync(
            context,
            known =>
            {
                signal.Set(known.Id);
                return Task.CompletedTask;
            }
        );

    /// <summary>
    /// One answer to all that are not known, whatever is wrong. A Nextcloud takes any answer to PUT /enabled for a success but JSON
    /// with an error.
    /// </summary>
    private static async Task<IResult> AnswerKnownAsync(HttpContext context, Func<KnownNextcloud, Task> act)
    {
        var services = context.RequestServices;
        if (services.GetRequiredService<NextcloudDirectory>().Current.Count == 0)
            return TypedResults.NotFound();

        var headers = context.Request.Headers;
        var network = CallerNetwork.Of(
            context.Connection.RemoteIpAddress,
            services.GetRequiredService<IOptions<ProxyOptions>>().Value.IPv6PrefixLength
        );
        var secret = Login.Decode(headers[Login.AppAuthorization].ToString())?.Secret;
        var login = await services
            .GetRequiredService<RecognizeNextcloud>()
            .RunAsync(network, headers[Login.AppId].ToString(), secret, context.RequestAborted);
        switch (login)
        {
            case NextcloudLogin.Right { Known: var known }:
                await act(known);
                return Answer("");
            case NextcloudLogin.Throttled throttled:
                RetryAfter.Set(context.Response, throttled.Wait);
                return Answer("Too many wrong secrets came from this address", StatusCodes.Status429TooManyRequests);
            default:
                return Answer("The app does not know this Nextcloud: app id or secret is wrong", StatusCodes.Status401Unauthorized);
        }
    }

    private static JsonHttpResult<AppAnswer> Answer(string error, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(new AppAnswer(error), NextcloudJson.Default.AppAnswer, statusCode: status);
}

internal sealed record Heartbeat(string Status);

/// <param name="Error">Empty when all is well.</param>
internal sealed record AppAnswer(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(AppAnswer))]
internal sealed partial class NextcloudJson : JsonSerializerContext;
