using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>
/// Nextcloud's login flow, version 2: a client opens a page in a browser, a person signs in there and grants access, and the client
/// gets an app password. The first two routes are Nextcloud's, the others serve the page.
/// </summary>
internal static class LoginFlowEndpoints
{
    private const string Page = "/login/v2/flow/";

    public static void MapLoginFlow(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapGroup("/login/v2").WithTags("Login flow").AllowAnybody();
        clients
            .MapPost("", Start)
            .WithName("startLoginFlow")
            .WithSummary("Begins a login: where to send the person, and where to ask for the result; plain JSON without envelope.");
        clients
            .MapPost("/poll", Poll)
            .WithName("pollLoginFlow")
            .WithSummary("The credentials, once, when access was granted; 404 until then. Plain JSON without envelope.")
            .Takes<PollParameters>();

        var page = routes.MapTaskProcessing().WithTags("Login flow");
        page.MapMethods("/login_flow/{token}", OcsRoutes.Read, GetWaiting)
            .RequireUser()
            .WithName("getLoginFlow")
            .WithSummary("The client that waits for access.")
            .Answers<LoginFlowResource>()
            .Fails(401, 404);
        page.MapPost("/login_flow/{token}", Grant)
            .RequireUser()
            .WithName("grantLoginFlow")
            .WithSummary("Grants the waiting client access to the caller's account.")
            .Fails(401, 403, 404);
        page.MapDelete("/login_flow/{token}", Refuse)
            .RequireUser()
            .WithName("refuseLoginFlow")
            .WithSummary("Refuses the waiting client.")
            .Fails(401, 403, 404);
    }

    private static async Task<IResult> Start(
        HttpContext context,
        StartLoginFlow startLoginFlow,
        IOptions<ProxyOptions> proxies,
        CancellationToken cancellationToken
    )
    {
        var network = CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength);
        if (await startLoginFlow.RunAsync(network, context.Request.Headers.UserAgent.ToString(), cancellationToken) is not { } started)
        {
            var seconds = RetryAfter.Set(context.Response, LoginFlow.Lifetime);
            return Refusal.Of(
                context,
                StatusCodes.Status429TooManyRequests,
                $"Too many clients wait for access, please try again in {seconds} seconds"
            );
        }

        context.Response.Headers.CacheControl = "no-store";
        var server = Server(context.Request);
        return TypedResults.Json(
            new StartedFlowResource(new PollResource(started.PollToken, $"{server}/login/v2/poll"), $"{server}{Page}{started.LoginToken}"),
            LoginFlowJson.Default.StartedFlowResource,
            "application/json"
        );
    }

    private static async Task<IResult> Poll(
        HttpContext context,
        OcsParameters parameters,
        FinishLoginFlow finishLoginFlow,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return await finishLoginFlow.RunAsync(parameters.Text("token"), cancellationToken) is { } granted
            ? TypedResults.Json(
                new CredentialsResource(Server(context.Request), granted.LoginName, granted.AppPassword),
                LoginFlowJson.Default.CredentialsResource,
                "application/json"
            )
            : TypedResults.Content("[]", "application/json", statusCode: StatusCodes.Status404NotFound);
    }

    private static async Task<OcsResult> GetWaiting(string token, AnswerLoginFlow answerLoginFlow, CancellationToken cancellationToken) =>
        await answerLoginFlow.FindAsync(token, cancellationToken) is { } flow
            ? OcsResult.Ok(
                new ValueData<LoginFlowResource>(
                    new LoginFlowResource(
                        flow.ClientName,
                        flow.Network,
                        flow.CreatedAt.ToUnixTimeSeconds(),
                        flow.EndsAt.ToUnixTimeSeconds()
                    ),
                    LoginFlowJson.Default.LoginFlowResource
                )
            )
            : Gone();

    private static Task<OcsResult> Grant(
        string token,
        Caller caller,
        AnswerLoginFlow answerLoginFlow,
        CancellationToken cancellationToken
    ) => Answer(token, caller, isGranted: true, answerLoginFlow, cancellationToken);

    private static Task<OcsResult> Refuse(
        string token,
        Caller caller,
        AnswerLoginFlow answerLoginFlow,
        CancellationToken cancellationToken
    ) => Answer(token, caller, isGranted: false, answerLoginFlow, cancellationToken);

    /// <summary>An app password makes no further ones: it could be revoked, and they would stay.</summary>
    private static async Task<OcsResult> Answer(
        string token,
        Caller caller,
        bool isGranted,
        AnswerLoginFlow answerLoginFlow,
        CancellationToken cancellationToken
    )
    {
        if (caller.Credential?.PasswordHash is null)
            return OcsResult.Failure(StatusCodes.Status403Forbidden, "Please sign in with your password");

        return await answerLoginFlow.RunAsync(token, caller.UserId!, isGranted, cancellationToken) ? OcsResult.Ok(OcsData.Null) : Gone();
    }

    private static OcsResult Gone() =>
        OcsResult.Failure(StatusCodes.Status404NotFound, "No client waits here any more, please start again in the client");

    private static string Server(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}";
}

/// <summary>The flow to ask for.</summary>
internal sealed record PollParameters(string Token);

internal sealed record StartedFlowResource(PollResource Poll, string Login);

internal sealed record PollResource(string Token, string Endpoint);

internal sealed record CredentialsResource(string Server, string LoginName, string AppPassword);

/// <summary>A client that waits for access.</summary>
/// <param name="Client">The name that it gave itself.</param>
/// <param name="Network">Where it called from.</param>
/// <param name="StartedAt">In Unix seconds.</param>
/// <param name="EndsAt">Until when it waits, in Unix seconds.</param>
internal sealed record LoginFlowResource(string Client, string Network, long StartedAt, long EndsAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StartedFlowResource))]
[JsonSerializable(typeof(CredentialsResource))]
[JsonSerializable(typeof(LoginFlowResource))]
internal sealed partial class LoginFlowJson : JsonSerializerContext;
