using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>Finds out who calls, in Nextcloud's order: AppAPI headers, Bearer, Basic. The first kind that is there decides.</summary>
internal sealed class Login(
    VerifyCredentials verifyCredentials,
    AccountDirectory accounts,
    ExAppDirectory exApps,
    IExAppStore exAppStore,
    ExAppPresence presence,
    LoginThrottle throttle,
    OpenWaits waits,
    IOptions<ProxyOptions> proxies)
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
        if (appAuthorization.Length == 0 && !isBasic && !isBearer)
            return new LoginOutcome.Anonymous();

        var network = CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength);
        if (throttle.IsRefused(network))
            return new LoginOutcome.Throttled();

        var asOf = waits.Checks;
        var outcome = appAuthorization.Length > 0
            ? await AppApiAsync(headers, appAuthorization, network, context.RequestAborted)
            : isBearer
                ? await BearerAsync(authorization["Bearer ".Length..].Trim(), network, context.RequestAborted)
                : await BasicAsync(authorization["Basic ".Length..].Trim(), network, context.RequestAborted);
        if (outcome is LoginOutcome.WrongPassword or LoginOutcome.Unknown)
            throttle.Failed(network);

        return outcome is LoginOutcome.LoggedIn { Caller: var caller } ? new LoginOutcome.LoggedIn(caller with { AsOf = asOf }) : outcome;
    }

    private async ValueTask<LoginOutcome> BasicAsync(string encoded, string network, CancellationToken cancellationToken)
    {
        if (Decode(encoded) is not var (user, password))
            return new LoginOutcome.WrongPassword();

        return await verifyCredentials.RunAsync(user, password, cancellationToken) is { } verified
            ? LoggedIn(verified, network)
            : new LoginOutcome.WrongPassword();
    }

    private async ValueTask<LoginOutcome> BearerAsync(string token, string network, CancellationToken cancellationToken) =>
        await verifyCredentials.RunAsync(user: null, token, cancellationToken) is { } verified ? LoggedIn(verified, network) : new LoginOutcome.Unknown();

    private async ValueTask<LoginOutcome> AppApiAsync(IHeaderDictionary headers, string encoded, string network, CancellationToken cancellationToken)
    {
        var appId = headers[AppId].ToString();
        var version = headers[AppVersion].ToString();
        if (appId.Length == 0 || Decode(encoded) is not var (userId, secret) || await exApps.FindAsync(appId, cancellationToken) is not { } known)
            return new LoginOutcome.Unknown();
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(known.Secret), Encoding.UTF8.GetBytes(secret)))
            return Refused(appId, "the secret was wrong");
        if (version.Length == 0)
            return Refused(appId, "it named no version");

        if (IsHigher(version, known.App.Version))
            await exAppStore.SetVersionAsync(appId, version, cancellationToken);

        var account = userId.Length == 0 ? null : await accounts.FindAsync(userId, cancellationToken);
        if (userId.Length > 0 && account is null)
            return Refused(appId, $"there is no user \"{userId}\"");

        presence.Seen(appId, version);
        return new LoginOutcome.LoggedIn(new Caller(CallerKind.ExApp, account?.Id, account?.IsAdmin ?? false, appId, network)
        {
            IsDisabledApp = !known.App.Enabled,
            Credential = new Credential { AccountId = account?.Id, AppId = appId, AppSecret = known.App.ProtectedSecret },
        });
    }

    /// <summary>Apps are told no reason; "exapp check" tells it to whoever runs them.</summary>
    private LoginOutcome.Unknown Refused(string appId, string reason)
    {
        presence.Refused(appId, reason);
        return new LoginOutcome.Unknown();
    }

    private static LoginOutcome.LoggedIn LoggedIn(VerifiedAccount verified, string network) =>
        new(new Caller(CallerKind.User, verified.Account.Id, verified.Account.IsAdmin, null, network) { Credential = verified.Credential });

    /// <summary>A newer version is noted, an older one is let be, as in AppAPI.</summary>
    private static bool IsHigher(string version, string stored) =>
        version != stored && Version.TryParse(version, out var given) && (!Version.TryParse(stored, out var known) || given > known);

    private static (string User, string Secret)? Decode(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
