using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>The verbs that state the callers of an endpoint, and the middleware that checks them, in Nextcloud's order.</summary>
internal static class Access
{
    /// <summary>
    /// The answer to callers other than provider apps. It has no envelope, as in Nextcloud: clients and their test suites
    /// rely on that.
    /// </summary>
    public static IResult ProviderRequired { get; } = new PlainRefusal("ExApp required");

    /// <summary>The message is Nextcloud's; the hint is ours.</summary>
    private static IResult CsrfFailed { get; } = new PlainRefusal("CSRF check failed", "Send the header OCS-APIRequest: true");

    private static IResult RequestTokenMissing { get; } =
        new PlainRefusal("CSRF check failed", $"Send the session's token in the header {SessionCookie.RequestTokenHeader}");

    /// <summary>All callers, even without login.</summary>
    public static TBuilder AllowAnybody<TBuilder>(this TBuilder builder, bool needsHeader = false)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(AllowedCaller.Anybody, needsHeader));

    /// <summary>Users, provider apps that act for a user, and guests where they are allowed.</summary>
    public static TBuilder AllowGuests<TBuilder>(this TBuilder builder, bool needsHeader = true)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(AllowedCaller.Guest, needsHeader));

    /// <summary>Users, and provider apps that act for one.</summary>
    public static TBuilder RequireUser<TBuilder>(this TBuilder builder, bool needsHeader = true)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(AllowedCaller.User, needsHeader));

    /// <summary>As <see cref="RequireUser"/> or <see cref="RequireAdmin"/>, for pages: a browser asks for the password.</summary>
    public static TBuilder RequirePageUser<TBuilder>(this TBuilder builder, bool admin = false)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Rule(admin ? AllowedCaller.Admin : AllowedCaller.User, NeedsHeader: false) { AsksForPassword = true });

    /// <summary>Users, and provider apps that act for one, on WebDAV: it refuses in its own form and asks for a password.</summary>
    public static TBuilder RequireDavUser<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(AllowedCaller.DavUser, NeedsHeader: false));

    /// <summary>
    /// Administrators. An app may act for any user, so routes that give rights refuse apps (<paramref name="notByApp"/>) and take a
    /// session, a password or an app password.
    /// </summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder builder, bool needsHeader = true, bool notByApp = false)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Rule(notByApp ? AllowedCaller.AdminInPerson : AllowedCaller.Admin, needsHeader));

    /// <summary>Provider apps, on the routes of task processing.</summary>
    public static TBuilder RequireProvider<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(AllowedCaller.Provider, NeedsHeader: true));

    /// <summary>The owner of a task (a guest too) and provider apps, on routes of the manual that serve both.</summary>
    public static TBuilder AllowGuestsAndProviders<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Rule(AllowedCaller.GuestOrProvider, NeedsHeader: true));

    /// <summary>Provider apps, on AppAPI's own routes, which refuse in other words.</summary>
    public static TBuilder RequireApp<TBuilder>(this TBuilder builder, bool evenDisabled = false)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Rule(evenDisabled ? AllowedCaller.AppEvenDisabled : AllowedCaller.App, NeedsHeader: false));

    /// <summary>The ways to log in at an endpoint, as the OpenAPI document names them; the names of one way go together.</summary>
    public static string[][] SchemesOf(IEnumerable<object> metadata)
    {
        string[] app = ["exAppId", "exAppVersion", "exAppSecret"];
        return metadata.OfType<Rule>().LastOrDefault()?.Allowed switch
        {
            AllowedCaller.Provider or AllowedCaller.App or AllowedCaller.AppEvenDisabled => [app],
            AllowedCaller.Guest or AllowedCaller.GuestOrProvider =>
            [
                ["basic"],
                ["bearer"],
                app,
                [],
            ],
            AllowedCaller.AdminInPerson =>
            [
                ["basic"],
                ["bearer"],
            ],
            AllowedCaller.User or AllowedCaller.Admin =>
            [
                ["basic"],
                ["bearer"],
                app,
            ],
            _ => [],
        };
    }

    /// <summary>
    /// The statuses that every endpoint with a rule may refuse with: wrong credentials, too many of these, and where it is
    /// needed a missing header.
    /// </summary>
    public static IEnumerable<int> RefusalsOf(IEnumerable<object> metadata)
    {
        if (metadata.OfType<Rule>().LastOrDefault() is not { } rule)
            return [];

        int[] refusals = [StatusCodes.Status401Unauthorized, StatusCodes.Status429TooManyRequests];
        return rule.NeedsHeader ? [.. refusals, StatusCodes.Status412PreconditionFailed] : refusals;
    }

    /// <summary>True when an endpoint needs a header such as <c>OCS-APIRequest</c>.</summary>
    public static bool NeedsHeader(IEnumerable<object> metadata) => metadata.OfType<Rule>().LastOrDefault() is { NeedsHeader: true };

    /// <summary>The answer to a caller whose credentials became invalid during a wait.</summary>
    public static IResult NoLonger(HttpContext context) =>
        Middleware.Refuse(context, caller: null, context.GetEndpoint()!.Metadata.GetRequiredMetadata<Rule>())!;

    /// <summary>Must come after routing.</summary>
    public static IApplicationBuilder UseAccessCheck(this IApplicationBuilder app) => app.UseMiddleware<Middleware>();

    private enum AllowedCaller
    {
        Anybody,
        Guest,
        User,
        DavUser,
        Admin,
        AdminInPerson,
        Provider,
        GuestOrProvider,
        App,
        AppEvenDisabled,
    }

    private sealed record PlainRefusal(string Message, string? Hint = null) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (httpContext.Features.Get<Caller>()?.UserId is { } userId)
                httpContext.Response.Headers["X-User-Id"] = Uri.EscapeDataString(userId);

            httpContext.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            var hint = Hint is null ? "" : $",\"hint\":\"{Hint}\"";
            return httpContext.Response.WriteAsync($$"""{"message":"{{Message}}"{{hint}}}""", httpContext.RequestAborted);
        }
    }

    private sealed record Rule(AllowedCaller Allowed, bool NeedsHeader)
    {
        public bool AsksForPassword { get; init; }
    }

    private sealed class Middleware(
        RequestDelegate next,
        Login login,
        IOptions<GuestOptions> guests,
        IOptions<OcsOptions> ocs,
        IOptions<ProxyOptions> proxies,
        AllowedOrigins origins
    )
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

            if (ForeignPages.AreBehind(context.Request, origins))
            {
                await Refusal.Of(context, StatusCodes.Status403Forbidden, ForeignPages.Refusal).ExecuteAsync(context);
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
                case LoginOutcome.NotFromOwnPage when rule?.Allowed == AllowedCaller.DavUser:
                    return DavResult.Failure(StatusCodes.Status412PreconditionFailed, "CSRF check failed");
                case LoginOutcome.NotFromOwnPage when rule?.Allowed != AllowedCaller.Anybody:
                    return RequestTokenMissing;
                case LoginOutcome.WrongPassword when rule?.Allowed == AllowedCaller.DavUser:
                    return DavResult.NotLoggedIn;
                case LoginOutcome.WrongPassword:
                    context.Response.Headers.WWWAuthenticate = IsScript(context)
                        ? "DummyBasic realm=\"Authorisation Required\""
                        : "Basic realm=\"Authorisation Required\"";
                    return new OcsResult(OcsStatus.Unauthorised, OcsData.EmptyList, "Unauthorised") { IsOutsideHandler = true };
                case LoginOutcome.Throttled throttled when rule?.Allowed == AllowedCaller.DavUser:
                    return DavResult.Failure(
                        StatusCodes.Status429TooManyRequests,
                        $"Too many failed logins, please try again in {RetryAfter.Set(context.Response, throttled.Wait)} seconds"
                    );
                case LoginOutcome.Throttled throttled:
                    // The text is Nextcloud's.
                    RetryAfter.Set(context.Response, throttled.Wait);
                    return new OcsResult(StatusCodes.Status429TooManyRequests, OcsData.EmptyList, "Reached maximum delay")
                    {
                        IsOutsideHandler = true,
                    };
            }

            var caller = (outcome as LoginOutcome.LoggedIn)?.Caller;
            if (caller is { IsDisabledApp: true } && rule?.Allowed != AllowedCaller.AppEvenDisabled)
                (caller, outcome) = (null, new LoginOutcome.Unknown());

            // Wrong credentials do not make a guest: a user with an account must learn of the mistake.
            if (
                outcome is LoginOutcome.Anonymous
                && _guestsAllowed
                && rule?.Allowed is AllowedCaller.Guest or AllowedCaller.GuestOrProvider or AllowedCaller.Anybody
            )
                caller = Caller.Guest(CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength));

            if (caller is not null)
                context.Features.Set(caller);

            return rule is null ? null : Refuse(context, caller, rule);
        }

        public static IResult? Refuse(HttpContext context, Caller? caller, Rule rule)
        {
            IResult? mayNot = rule.Allowed switch
            {
                AllowedCaller.Anybody => null,
                AllowedCaller.Guest when caller is null or { Kind: CallerKind.ExApp, UserId: null } => NotLoggedIn(),
                AllowedCaller.GuestOrProvider when caller is null => NotLoggedIn(),
                AllowedCaller.User or AllowedCaller.Admin or AllowedCaller.AdminInPerson when caller?.UserId is null => rule.AsksForPassword
                    ? AskForPassword(context)
                    : NotLoggedIn(),
                AllowedCaller.DavUser when caller?.UserId is null => DavResult.NotLoggedIn,
                AllowedCaller.Admin or AllowedCaller.AdminInPerson when !caller!.IsAdmin => new OcsResult(
                    StatusCodes.Status403Forbidden,
                    OcsData.EmptyList,
                    "Logged in account must be an admin"
                ),
                AllowedCaller.AdminInPerson when caller!.Kind != CallerKind.User => new OcsResult(
                    StatusCodes.Status403Forbidden,
                    OcsData.EmptyList,
                    "An app cannot do this for an admin"
                ),
                AllowedCaller.Provider when caller?.Kind != CallerKind.ExApp => ProviderRequired,
                AllowedCaller.App or AllowedCaller.AppEvenDisabled when caller?.Kind != CallerKind.ExApp => new OcsResult(
                    OcsStatus.Unauthorised,
                    OcsData.EmptyList,
                    "AppAPI authentication failed"
                ),
                _ => null,
            };

            return mayNot ?? (rule.NeedsHeader && !IsOurs(context) ? CsrfFailed : null);
        }

        /// <summary>
        /// True when no page of another site can have caused the request: browsers do not set custom headers across sites
        /// without asking the server first. The web apps of Nextcloud send <c>requesttoken</c> instead of the OCS header.
        /// </summary>
        private static bool IsOurs(HttpContext context)
        {
            var headers = context.Request.Headers;
            return headers["OCS-APIRequest"].ToString().Length > 0
                || headers[SessionCookie.RequestTokenHeader].ToString().Length > 0
                || headers.XRequestedWith.ToString().Length > 0
                || headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        }

        private static bool IsScript(HttpContext context) => context.Request.Headers.XRequestedWith == "XMLHttpRequest";

        private static OcsResult AskForPassword(HttpContext context)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Authorisation Required\"";
            return NotLoggedIn();
        }

        private static OcsResult NotLoggedIn() => new(OcsStatus.Unauthorised, OcsData.EmptyList, "Current user is not logged in");
    }
}
