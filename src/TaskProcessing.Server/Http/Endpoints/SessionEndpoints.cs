using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>How the pages sign a browser in and out.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapTaskProcessing().WithTags("Sessions");
        sessions
            .MapPost("/session", SignIn)
            .AllowAnybody(needsHeader: true)
            .WithName("signIn")
            .WithSummary("Signs a browser in with a cookie.")
            .Takes<SignInParameters>()
            .Answers<SessionResource>()
            .Fails(400, 401, 429);
        sessions
            .MapMethods("/session", OcsRoutes.Read, GetSession)
            .RequireUser()
            .WithName("getSession")
            .WithSummary("The user that is logged in, and the token that pages send along.")
            .Answers<SessionResource>()
            .Fails(401);
        sessions.MapDelete("/session", SignOut).RequireUser().WithName("signOut").WithSummary("Ends the session of the cookie.").Fails(401);
    }

    private static async Task<OcsResult> SignIn(
        HttpContext context,
        OcsParameters parameters,
        OpenSession openSession,
        IOptions<ProxyOptions> proxies,
        CancellationToken cancellationToken
    )
    {
        var network = CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength);
        var (user, password) = (parameters.Text("user"), parameters.Text("password"));
        switch (await openSession.RunAsync(network, user, password, context.Request.Headers.UserAgent.ToString(), cancellationToken))
        {
            case OpenSessionOutcome.Opened opened:
                SessionCookie.Write(context, opened.Token, opened.Lifetime);
                return Answer(opened.Account, opened.Token);
            case OpenSessionOutcome.IsAppPassword:
                return OcsResult.Failure(StatusCodes.Status401Unauthorized, "App passwords are for programs, please use your password");
            case OpenSessionOutcome.Throttled throttled:
                var seconds = RetryAfter.Set(context.Response, throttled.Wait);
                return OcsResult.Failure(
                    StatusCodes.Status429TooManyRequests,
                    $"Too many failed logins, please try again in {seconds} seconds"
                );
            default:
                return OcsResult.Failure(StatusCodes.Status401Unauthorized, "Wrong login name or password");
        }
    }

    private static async Task<OcsResult> GetSession(
        HttpContext context,
        Caller caller,
        IAccountStore accounts,
        CancellationToken cancellationToken
    ) =>
        await accounts.FindAsync(caller.UserId!, cancellationToken) is { } account
            ? Answer(account, caller.Credential?.SessionHash is null ? null : SessionCookie.Read(context.Request))
            : OcsResult.Failure(StatusCodes.Status401Unauthorized, "Current user is not logged in");

    /// <summary>Another login than a session's cookie has nothing to end.</summary>
    private static async Task<OcsResult> SignOut(
        HttpContext context,
        Caller caller,
        EndSession endSession,
        CancellationToken cancellationToken
    )
    {
        if (caller.Credential?.SessionHash is { } hash)
        {
            await endSession.RunAsync(hash, cancellationToken);
            SessionCookie.Remove(context);
        }

        return OcsResult.Ok(OcsData.Null);
    }

    private static OcsResult Answer(Account account, string? token) =>
        OcsResult.Ok(
            new ValueData<SessionResource>(
                new SessionResource(
                    account.Id,
                    account.DisplayName,
                    account.IsAdmin,
                    token is null ? null : SessionCookie.RequestTokenOf(token)
                ),
                SessionJson.Default.SessionResource
            )
        );
}

/// <summary>The person to sign in.</summary>
internal sealed record SignInParameters(string User, string Password);

/// <summary>The user that is logged in.</summary>
/// <param name="Id">The login name.</param>
/// <param name="DisplayName">The name shown.</param>
/// <param name="IsAdmin">Whether it is an administrator.</param>
/// <param name="RequestToken">To be sent in the header <c>requesttoken</c>, with a session's cookie; null for another login.</param>
internal sealed record SessionResource(string Id, string DisplayName, bool IsAdmin, string? RequestToken);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SessionResource))]
internal sealed partial class SessionJson : JsonSerializerContext;
