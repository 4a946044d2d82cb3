using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Http.Ocs;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>The verbs that say who may use an endpoint, and the middleware that checks it, in Nextcloud's order.</summary>
internal static class Access
{
    /// <summary>What others than provider apps hear. No envelope, as in Nextcloud: clients and the suites that check them rely on it.</summary>
    public static IResult ProviderRequired { get; } = new PlainRefusal("ExApp required");

    /// <summary>Anybody, even without login.</summary>
    public static TBuilder AllowAnybody<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.Anybody, NeedsHeader: false));

    /// <summary>Users, provider apps that act for a user, and guests where they are allowed.</summary>
    public static TBuilder AllowGuests<TBuilder>(this TBuilder builder, bool needsHeader = true)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.Guest, needsHeader));

    /// <summary>Users, and provider apps that act for one.</summary>
    public static TBuilder RequireUser<TBuilder>(this TBuilder builder, bool needsHeader = true)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.User, needsHeader));

    /// <summary>Users, and provider apps that act for one, on the WebDAV face: it refuses in words of its own and asks for a password.</summary>
    public static TBuilder RequireDavUser<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.DavUser, NeedsHeader: false));

    /// <summary>Administrators.</summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder builder, bool needsHeader = true)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.Admin, needsHeader));

    /// <summary>Provider apps, on the routes of task processing.</summary>
    public static TBuilder RequireProvider<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.Provider, NeedsHeader: true));

    /// <summary>The owner of a task (a guest too) and provider apps, on routes of the manual that serve both.</summary>
    public static TBuilder AllowGuestsAndProviders<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(Who.GuestOrProvider, NeedsHeader: true));

    /// <summary>Provider apps, on AppAPI's own routes, which refuse in other words.</summary>
    public static TBuilder RequireApp<TBuilder>(this TBuilder builder, bool evenDisabled = false)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(evenDisabled ? Who.AppEvenDisabled : Who.App, NeedsHeader: false));

    /// <summary>The ways to log in at an endpoint, as the OpenAPI document names them; the names of one way go together.</summary>
    public static string[][] SchemesOf(IEnumerable<object> metadata)
    {
        string[] app = ["exAppId", "exAppVersion", "exAppSecret"];
        return metadata.OfType<Rule>().LastOrDefault()?.Who switch
        {
            Who.Provider or Who.App or Who.AppEvenDisabled => [app],
            Who.Guest or Who.GuestOrProvider => [["basic"], ["bearer"], app, []],
            Who.User or Who.Admin => [["basic"], ["bearer"], app],
            _ => [],
        };
    }

    /// <summary>What a caller hears whose credentials ceased to be good while he waited for the answer.</summary>
    public static IResult NoLonger(HttpContext context) => Middleware.Refuse(context, caller: null, context.GetEndpoint()!.Metadata.GetRequiredMetadata<Rule>())!;

    /// <summary>Belongs behind routing.</summary>
    public static IApplicationBuilder UseAccessCheck(this IApplicationBuilder app) => app.UseMiddleware<Middleware>();

    private enum Who
    {
        Anybody,
        Guest,
        User,
        DavUser,
        Admin,
        Provider,
        GuestOrProvider,
        App,
        AppEvenDisabled,
    }

    private sealed record PlainRefusal(string Message) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (httpContext.Features.Get<Caller>()?.UserId is { } userId)
                httpContext.Response.Headers["X-User-Id"] = Uri.EscapeDataString(userId);

            httpContext.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            return httpContext.Response.WriteAsync($$"""{"message":"{{Message}}"}""", httpContext.RequestAborted);
        }
    }

    private sealed record Rule(Who Who, bool NeedsHeader);

    private sealed class Middleware(
        RequestDelegate next, Login login, IOptions<GuestOptions> guests, IOptions<OcsOptions> ocs, IOptions<ProxyOptions> proxies)
    {
        private readonly bool _guestsAllowed = guests.Value.Enabled && ocs.Value.Profile == OcsProfile.Manual;

        public async Task InvokeAsync(HttpContext context)
        {
            var rule = context.GetEndpoint()?.Metadata.GetMetadata<Rule>();
            if (rule is null && !context.Request.IsOcs())
            {
                await next(context);
                return;
            }

            var outcome = await login.RunAsync(context);
            if (Refuse(context, outcome, rule) is { } refusal)
                await refusal.ExecuteAsync(context);
            else
                await next(context);
        }

        private IResult? Refuse(HttpContext context, LoginOutcome outcome, Rule? rule)
        {
            switch (outcome)
            {
                case LoginOutcome.WrongPassword when rule?.Who == Who.DavUser:
                    return DavResult.NotLoggedIn;
                case LoginOutcome.WrongPassword:
                    context.Response.Headers.WWWAuthenticate = IsScript(context) ? "DummyBasic realm=\"Authorisation Required\"" : "Basic realm=\"Authorisation Required\"";
                    return new OcsResult(OcsStatus.Unauthorised, OcsData.EmptyList, "Unauthorised") { IsOutsideHandler = true };
                case LoginOutcome.Throttled:
                    return new OcsResult(StatusCodes.Status429TooManyRequests, OcsData.EmptyList, "Reached maximum delay") { IsOutsideHandler = true };
            }

            var caller = (outcome as LoginOutcome.LoggedIn)?.Caller;
            if (caller is { IsDisabledApp: true } && rule?.Who != Who.AppEvenDisabled)
                (caller, outcome) = (null, new LoginOutcome.Unknown());

            // Wrong credentials do not make a guest: whoever has an account shall hear of his mistake.
            if (outcome is LoginOutcome.Anonymous && _guestsAllowed && rule?.Who is Who.Guest or Who.GuestOrProvider or Who.Anybody)
                caller = Caller.Guest(CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength));

            if (caller is not null)
                context.Features.Set(caller);

            return rule is null ? null : Refuse(context, caller, rule);
        }

        public static IResult? Refuse(HttpContext context, Caller? caller, Rule rule)
        {
            IResult? mayNot = rule.Who switch
            {
                Who.Anybody => null,
                Who.Guest when caller is null or { Kind: CallerKind.ExApp, UserId: null } => NotLoggedIn(),
                Who.GuestOrProvider when caller is null => NotLoggedIn(),
                Who.User or Who.Admin when caller?.UserId is null => NotLoggedIn(),
                Who.DavUser when caller?.UserId is null => DavResult.NotLoggedIn,
                Who.Admin when !caller!.IsAdmin => new OcsResult(StatusCodes.Status403Forbidden, OcsData.EmptyList, "Logged in account must be an admin"),
                Who.Provider when caller?.Kind != CallerKind.ExApp => ProviderRequired,
                Who.App or Who.AppEvenDisabled when caller?.Kind != CallerKind.ExApp => new OcsResult(OcsStatus.Unauthorised, OcsData.EmptyList, "AppAPI authentication failed"),
                _ => null,
            };

            return mayNot ?? (rule.NeedsHeader && !IsOurs(context) ? new PlainRefusal("CSRF check failed") : null);
        }

        /// <summary>
        /// Whether no foreign page can have made a browser send this: headers of one's own cannot be set across sites
        /// without asking the server first. The web apps of Nextcloud send <c>requesttoken</c> instead of the OCS header.
        /// </summary>
        private static bool IsOurs(HttpContext context)
        {
            var headers = context.Request.Headers;
            return headers["OCS-APIRequest"].ToString().Length > 0
                || headers["requesttoken"].ToString().Length > 0
                || headers.XRequestedWith.ToString().Length > 0
                || headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        }

        private static bool IsScript(HttpContext context) => context.Request.Headers.XRequestedWith == "XMLHttpRequest";

        private static OcsResult NotLoggedIn() => new(OcsStatus.Unauthorised, OcsData.EmptyList, "Current user is not logged in");
    }
}
