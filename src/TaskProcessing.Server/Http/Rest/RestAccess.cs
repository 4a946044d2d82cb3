using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Rest;

/// <summary>The tasks that a caller of the REST API may see, change and add.</summary>
/// <param name="Owner">Only tasks of this owner; null for all owners.</param>
/// <param name="ProjectId">Only this project's; null for all.</param>
/// <param name="Actor">The actor in the history of tasks.</param>
/// <param name="IsOperator">True for an administrator or a service, which may requeue tasks and see technical errors.</param>
internal sealed record RestScope(TaskOwner? Owner, int? ProjectId, string Actor, bool IsOperator)
{
    public static ValueTask<RestScope> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<RestScope>()!);

    public bool Contains(ProcessingTask task) =>
        (Owner is null || Owner == task.Owner) && (ProjectId is null || ProjectId == task.ProjectId);
}

/// <summary>
/// Lets callers in: with a service key, with the same logins as everywhere, or, if that is allowed, without any. Users
/// see their own tasks, service keys their project's, administrators all.
/// </summary>
internal static class RestAccess
{
    private const string KeyHeader = "X-API-Key";

    /// <summary>The ways to log in, as the OpenAPI document names them.</summary>
    public static string[][] Schemes { get; } =
    [
        ["apiKey"],
        ["basic"],
        ["bearer"],
    ];

    public static TBuilder RequireRestLogin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule());

    /// <summary>Must come after routing.</summary>
    public static IApplicationBuilder UseRestAccess(this IApplicationBuilder app) => app.UseMiddleware<Middleware>();

    private sealed record Rule;

    private sealed class Middleware(
        RequestDelegate next,
        Login login,
        IApiKeyStore keys,
        IGuessCounter guesses,
        IOptions<RestOptions> options,
        IOptions<ProxyOptions> proxies,
        AllowedOrigins origins
    )
    {
        public async Task InvokeAsync(HttpContext context)
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<Rule>() is null)
            {
                await next(context);
                return;
            }

            if (ForeignPages.AreBehind(context.Request, origins))
            {
                await RestResult.Message(StatusCodes.Status403Forbidden, ForeignPages.Refusal).ExecuteAsync(context);
                return;
            }

            var (scope, refusal) = context.Request.Headers[KeyHeader].ToString() is { Length: > 0 } key
                ? await OfKeyAsync(context, key)
                : await OfLoginAsync(context);
            if (refusal is not null)
            {
                await refusal.ExecuteAsync(context);
                return;
            }

            context.Features.Set(scope);
            await next(context);
        }

        private async Task<(RestScope? Scope, IResult? Refusal)> OfKeyAsync(HttpContext context, string key)
        {
            var network = CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength);
            var wait = guesses.Wait(network, GuessedName.ServiceKey, countsOtherNames: true);
            // Texts in the form of our keys cannot be guessed, so they are always looked up.
            if (wait is not null && !Passwords.IsToken(key))
                return (null, Throttled(context, wait.Value));
            if (await keys.FindByHashAsync(Passwords.HashToken(key), context.RequestAborted) is { } found)
                return (new RestScope(null, found.ProjectId, $"key {found.Name}", IsOperator: true), null);

            await guesses.FailedAsync(network, GuessedName.ServiceKey, context.RequestAborted);
            return (null, wait is null ? Unauthorized("The API key is unknown") : Throttled(context, wait.Value));
        }

        private async Task<(RestScope? Scope, IResult? Refusal)> OfLoginAsync(HttpContext context)
        {
            var outcome = await login.RunAsync(context);
            switch (outcome)
            {
                case LoginOutcome.LoggedIn { Caller: { IsDisabledApp: false } caller }:
                    context.Features.Set(caller);
                    return (new RestScope(caller.IsAdmin ? null : caller.Owner, null, caller.Actor, caller.IsAdmin), null);
                case LoginOutcome.Anonymous when options.Value.Anonymous:
                    return (new RestScope(null, null, "anonymous", IsOperator: false), null);
                case LoginOutcome.Throttled throttled:
                    return (null, Throttled(context, throttled.Wait));
                case LoginOutcome.NotFromOwnPage:
                    return (null, Unauthorized($"Please send the session's token in the header {SessionCookie.RequestTokenHeader}"));
                case LoginOutcome.Anonymous:
                    return (null, Unauthorized("Please log in, or send an API key"));
                default:
                    return (null, Unauthorized("The credentials are wrong"));
            }
        }

        private static RestResult<object> Unauthorized(string message) => RestResult.Message(StatusCodes.Status401Unauthorized, message);

        private static RestResult<object> Throttled(HttpContext context, TimeSpan wait) =>
            RestResult.Message(
                StatusCodes.Status429TooManyRequests,
                $"Too many failed logins, please try again in {RetryAfter.Set(context.Response, wait)} seconds"
            );
    }
}
