using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Rest;

/// <summary>Which tasks a caller of the REST face may see, change and add.</summary>
/// <param name="Owner">Only this owner's; null for everybody's.</param>
/// <param name="ProjectId">Only this project's; null for all.</param>
/// <param name="Actor">Who calls, for the history of tasks.</param>
/// <param name="IsOperator">Whether the caller runs things here, rather than using them: an administrator or a service.</param>
internal sealed record RestScope(TaskOwner? Owner, int? ProjectId, string Actor, bool IsOperator)
{
    public static ValueTask<RestScope> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<RestScope>()!);

    public bool Contains(ProcessingTask task) => (Owner is null || Owner == task.Owner) && (ProjectId is null || ProjectId == task.ProjectId);
}

/// <summary>
/// Lets callers in: with a service key, with the same logins as everywhere, or, if that is allowed, without any. Users
/// see their own tasks, service keys their project's, administrators all.
/// </summary>
internal static class RestAccess
{
    private const string KeyHeader = "X-API-Key";

    /// <summary>The ways to log in, as the OpenAPI document names them.</summary>
    public static string[][] Schemes { get; } = [["apiKey"], ["basic"], ["bearer"]];

    public static TBuilder RequireRestLogin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule());

    /// <summary>Belongs behind routing.</summary>
    public static IApplicationBuilder UseRestAccess(this IApplicationBuilder app) => app.UseMiddleware<Middleware>();

    private sealed record Rule;

    private sealed class Middleware(
        RequestDelegate next, Login login, IApiKeyStore keys, LoginThrottle throttle, IOptions<RestOptions> options, IOptions<ProxyOptions> proxies)
    {
        public async Task InvokeAsync(HttpContext context)
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<Rule>() is null)
            {
                await next(context);
                return;
            }

            // Browsers tell where a request comes from; a foreign page must not use a login that the browser keeps.
            if (!HttpMethods.IsGet(context.Request.Method) && context.Request.Headers["Sec-Fetch-Site"] == "cross-site")
            {
                await RestResult.Message(StatusCodes.Status403Forbidden, "Requests from other sites are not allowed").ExecuteAsync(context);
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
            if (throttle.IsRefused(network))
                return (null, Throttled());
            if (await keys.FindByHashAsync(Passwords.HashToken(key), context.RequestAborted) is { } found)
                return (new RestScope(null, found.ProjectId, $"key {found.Name}", IsOperator: true), null);

            throttle.Failed(network);
            return (null, Unauthorized("The API key is unknown"));
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
                case LoginOutcome.Throttled:
                    return (null, Throttled());
                case LoginOutcome.Anonymous:
                    return (null, Unauthorized("Please log in, or send an API key"));
                default:
                    return (null, Unauthorized("The credentials are wrong"));
            }
        }

        private static RestResult<object> Unauthorized(string message) => RestResult.Message(StatusCodes.Status401Unauthorized, message);

        private static RestResult<object> Throttled() => RestResult.Message(StatusCodes.Status429TooManyRequests, "Too many failed logins, please try again later");
    }
}
