using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>
/// Identifies the caller: AppAPI headers, Bearer, Basic, the cookie of a session. The first kind that is present decides.
/// </summary>
internal sealed class Login(
    CheckLogin checkLogin,
    FindSession findSession,
    RememberedLogins remembered,
    IGuessCounter guesses,
    LoginTurns turns,
    AccountDirectory accounts,
    ExAppDirectory exApps,
    IExAppStore exAppStore,
    ExAppPresence presence,
    HeldConnections connections,
    IOptions<ProxyOptions> proxies
)
{
    public const string AppId = "EX-APP-ID";
    public const string AppVersion = "EX-APP-VERSION";
    public const string AppAuthorization = "AUTHORIZATION-APP-API";

    public async ValueTask<LoginOutcome> RunAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var appAuthorization = headers[AppAuthorization].ToString();
        var authorization = headers.Authorization.ToString();
        var isBasic = authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase);
        var isBearer = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        var session = appAuthorization.Length == 0 && !isBasic && !isBearer ? SessionCookie.Read(context.Request) : null;
        if (appAuthorization.Length == 0 && !isBasic && !isBearer && session is null)
            return new LoginOutcome.Anonymous();

        var network = CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength);
        var asOf = connections.Checks;
        var outcome =
            session is not null ? await SessionAsync(context.Request, session, network, context.RequestAborted)
            : appAuthorization.Length > 0 ? await AppApiAsync(headers, appAuthorization, network, context.RequestAborted)
            : isBearer ? await BearerAsync(authorization["Bearer ".Length..].Trim(), network, context.RequestAborted)
            : await BasicAsync(authorization["Basic ".Length..].Trim(), network, context.RequestAborted);
        return outcome is LoginOutcome.LoggedIn { Caller: var caller } ? new LoginOutcome.LoggedIn(caller with { AsOf = asOf }) : outcome;
    }

    /// <summary>Nobody guesses a session's token, so a wrong one is no guess: it has ended.</summary>
    private async ValueTask<LoginOutcome> SessionAsync(
        HttpRequest request,
        string token,
        string network,
        CancellationToken cancellationToken
    )
    {
        if (await findSession.RunAsync(network, token, cancellationToken) is not { } verified)
            return new LoginOutcome.Unknown();

        return SessionCookie.IsFromOwnPage(request, token)
            ? new LoginOutcome.LoggedIn(UserOf(verified, network))
            : new LoginOutcome.NotFromOwnPage();
    }

    private async ValueTask<LoginOutcome> BasicAsync(string encoded, string network, CancellationToken cancellationToken) =>
        Outcome(
            Decode(encoded) is var (user, password)
                ? await checkLogin.RunAsync(network, user, password, cancellationToken)
                : await checkLogin.UnreadableAsync(network, cancellationToken),
            network,
            wrong: new LoginOutcome.WrongPassword()
        );

    private async ValueTask<LoginOutcome> BearerAsync(string token, string network, CancellationToken cancellationToken) =>
        Outcome(await checkLogin.RunAsync(network, user: null, token, cancellationToken), network, wrong: new LoginOutcome.Unknown());

    /// <summary>
    /// An app is refused only for guesses at its own secret: there are few apps, and all of them are often behind one
    /// address.
    /// </summary>
    private async ValueTask<LoginOutcome> AppApiAsync(
        IHeaderDictionary headers,
        string encoded,
        string network,
        CancellationToken cancellationToken
    )
    {
        var appId = headers[AppId].ToString();
        var known = await exApps.FindAsync(appId, cancellationToken);
        var name = known is null ? GuessedName.UnknownApp : GuessedName.OfApp(appId);
        var given = Decode(encoded);
        using var turn = IsRemembered() ? null : await turns.TakeAsync(network, name, cancellationToken);
        // The one in front may have had the same secret, and it was right.
        var isRemembered = IsRemembered();
        if (!isRemembered && await guesses.TryBeginAsync(network, name, countsOtherNames: false, cancellationToken) is { } wait)
            return new LoginOutcome.Throttled(wait);
        if (known is null || given is not var (userId, secret))
        {
            await guesses.WrongAsync(network, name, cancellationToken);
            return new LoginOutcome.Unknown();
        }

        if (known.StoredFormOf(secret) is not { } storedSecret)
        {
            remembered.Remove(network, name, secret);
            presence.Refused(appId, "the secret was wrong");
            await (
                isRemembered ? guesses.FailedAsync(network, name, cancellationToken) : guesses.WrongAsync(network, name, cancellationToken)
            );
            return new LoginOutcome.Unknown();
        }

        if (!isRemembered)
            await guesses.RightAsync(network, name, CancellationToken.None);
        remembered.Add(network, name, secret);
        var version = headers[AppVersion].ToString();
        if (version.Length == 0)
            return Refused(appId, "it named no version");

        if (IsHigher(version, known.App.Version))
            await exAppStore.SetVersionAsync(appId, version, cancellationToken);

        if (userId.Length > 0 && !LoginName.IsPossible(userId))
        {
            presence.Refused(appId, "it named a user that cannot exist");
            await guesses.FailedAsync(network, GuessedName.Impossible, cancellationToken);
            return new LoginOutcome.Unknown();
        }

        var account = userId.Length == 0 ? null : await accounts.FindAsync(userId, cancellationToken);
        if (userId.Length > 0 && account is null)
            return Refused(appId, $"there is no user \"{userId}\"");

        presence.Seen(appId, version);
        return new LoginOutcome.LoggedIn(
            new Caller(CallerKind.ExApp, account?.Id, account?.IsAdmin ?? false, appId, network)
            {
                IsDisabledApp = !known.App.Enabled,
                Credential = new Credential
                {
                    AccountId = account?.Id,
                    AppId = appId,
                    AppSecret = storedSecret,
                },
            }
        );

        bool IsRemembered() => given is not null && remembered.Contains(network, name, given.Value.Secret);
    }

    /// <summary>Apps get no reason; "exapp check" shows it to operators.</summary>
    private LoginOutcome.Unknown Refused(string appId, string reason)
    {
        presence.Refused(appId, reason);
        return new LoginOutcome.Unknown();
    }

    private static LoginOutcome Outcome(LoginCheck check, string network, LoginOutcome wrong) =>
        check switch
        {
            LoginCheck.Right { Verified: var verified } => new LoginOutcome.LoggedIn(UserOf(verified, network)),
            LoginCheck.Refused refused => new LoginOutcome.Throttled(refused.Wait),
            _ => wrong,
        };

    private static Caller UserOf(VerifiedAccount verified, string network) =>
        new(CallerKind.User, verified.Account.Id, verified.Account.IsAdmin, null, network) { Credential = verified.Credential };

    /// <summary>A newer version is noted, an older one is let be, as in AppAPI.</summary>
    private static bool IsHigher(string version, string stored) =>
        version != stored && Version.TryParse(version, out var given) && (!Version.TryParse(stored, out var known) || given > known);

    public static (string User, string Secret)? Decode(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
