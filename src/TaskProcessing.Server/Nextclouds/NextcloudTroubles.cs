using System.Globalization;
using System.Net;
using System.Security.Authentication;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>Puts a failed call to a Nextcloud into words, and says how long the Nextcloud is better left alone.</summary>
internal static class NextcloudTroubles
{
    public const string DisabledThere = "The app is disabled there";

    /// <summary>
    /// A Nextcloud locks all apps of an address out when more than ten wrong secrets came from it within half an hour; a refused call
    /// counts as one or two.
    /// </summary>
    public static TimeSpan AfterRefusal { get; } = TimeSpan.FromMinutes(10);

    /// <summary>The time until a Nextcloud's lock-out has ended for certain; it does not tell.</summary>
    public static TimeSpan AfterLockOut { get; } = TimeSpan.FromMinutes(30);

    public static NextcloudContact Of(OcsException error, Nextcloud connection, DateTimeOffset now) =>
        error switch
        {
            { Kind: OcsErrorKind.Unreachable } => Unreachable(error),
            { Kind: OcsErrorKind.RateLimited } => LockedOut(now + (error.RetryAfter ?? AfterLockOut)),
            { Kind: OcsErrorKind.Unauthorized } => Refused(connection, now),
            { Kind: OcsErrorKind.NotAvailable } => Refused(connection, now),
            { HttpStatus: HttpStatusCode.ServiceUnavailable } => new(
                NextcloudTrouble.Maintenance,
                "It is in maintenance mode, or overloaded (503)",
                Until: null
            ),
            { HttpStatus: >= (HttpStatusCode)300 and < (HttpStatusCode)400 } => new(
                NextcloudTrouble.NoNextcloud,
                error.Message,
                Until: null
            ),
            { OcsStatus: null, HttpStatus: < HttpStatusCode.InternalServerError } => new(
                NextcloudTrouble.NoNextcloud,
                $"No Nextcloud with AppAPI answers at {connection.Url}: {error.Message}",
                Until: null
            ),
            _ => new(NextcloudTrouble.ServerError, $"It failed: {error.Message}", Until: null),
        };

    public static NextcloudContact LockedOut(DateTimeOffset until) =>
        new(
            NextcloudTrouble.LockedOut,
            string.Create(
                CultureInfo.InvariantCulture,
                $"It refuses all apps of this address until about {until.UtcDateTime:HH:mm} UTC, because an app named wrong secrets"
            ),
            until
        );

    /// <summary>The answer to an unknown app and to a wrong secret is the same; what was before tells them apart.</summary>
    public static NextcloudContact Refused(Nextcloud connection, DateTimeOffset now) =>
        connection.EnabledThere is null
            ? new(
                NextcloudTrouble.NotRegistered,
                $"It knows no app \"{connection.AppId}\" with this secret: the app is not registered there yet, or with another secret",
                now + AfterRefusal
            )
            : new(
                NextcloudTrouble.WrongSecret,
                $"It refuses the app \"{connection.AppId}\": the app is no longer registered there, or with another secret",
                now + AfterRefusal
            );

    public static NextcloudContact Disabled(DateTimeOffset now) => new(NextcloudTrouble.NotEnabled, DisabledThere, now + AfterRefusal);

    /// <summary>True when the Nextcloud, or a proxy before it, may have done what was asked although the call failed.</summary>
    public static bool MayHaveWorked(OcsException error) =>
        error.Kind == OcsErrorKind.Unreachable
            ? !WasNotSent(error)
            : error.Kind == OcsErrorKind.ServerError && error.HttpStatus != HttpStatusCode.ServiceUnavailable;

    private static NextcloudContact Unreachable(OcsException error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return new(NextcloudTrouble.Certificate, $"Its certificate is not accepted here: {cause.Message}", Until: null);
        }

        var reason = error.InnerException is OperationCanceledException ? "no answer in time" : error.GetBaseException().Message;
        return new(NextcloudTrouble.Unreachable, $"It cannot be reached: {reason}", Until: null);
    }

    /// <summary>True when the call cannot have reached the Nextcloud.</summary>
    private static bool WasNotSent(OcsException error)
    {
        for (Exception? cause = error.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (
                cause is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError
                }
            )
                return true;
        }

        return false;
    }
}
