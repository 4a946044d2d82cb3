using System.Net;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>The kind of an <see cref="OcsException"/>, for a switch.</summary>
public enum OcsErrorKind
{
    /// <summary>The server failed, or its answer makes no sense. Trying again may help.</summary>
    ServerError,

    /// <summary>There was no answer: no connection, or it broke. Trying again may help.</summary>
    Unreachable,

    /// <summary>The credentials are wrong, or their owner may not do this (401, 403).</summary>
    Unauthorized,

    /// <summary>The task, the file or the route does not exist or has another owner (404).</summary>
    NotFound,

    /// <summary>The request cannot be fulfilled as it is, for example because the input does not fit the task type (other 4xx).</summary>
    InvalidInput,

    /// <summary>No provider serves the task type now; or, for workers, the server does not accept the app's credentials (412).</summary>
    NotAvailable,

    /// <summary>Too many requests (429); <see cref="OcsException.RetryAfter"/> may have the pause.</summary>
    RateLimited,
}

/// <summary>A call to the server that did not succeed.</summary>
public sealed class OcsException : Exception
{
    /// <summary>An answer of the server that is not a success.</summary>
    /// <param name="message">The server's message, or the mistake in its answer.</param>
    /// <param name="httpStatus">The HTTP status.</param>
    /// <param name="ocsStatus">The status code of the envelope; null when there was none.</param>
    /// <param name="retryAfter">The pause that the server asked for.</param>
    public OcsException(string message, HttpStatusCode httpStatus, int? ocsStatus = null, TimeSpan? retryAfter = null)
        : base(message)
    {
        HttpStatus = httpStatus;
        OcsStatus = ocsStatus;
        RetryAfter = retryAfter;
        Kind = KindOf(httpStatus, ocsStatus);
    }

    /// <summary>No answer at all.</summary>
    public OcsException(string message, Exception innerException)
        : base(message, innerException) => Kind = OcsErrorKind.Unreachable;

    /// <summary>The kind of the failure.</summary>
    public OcsErrorKind Kind { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public HttpStatusCode? HttpStatus { get; }

    /// <summary>The status code of the envelope (such as 997 for "not logged in"); null when there was no envelope.</summary>
    public int? OcsStatus { get; }

    /// <summary>The pause that the server asked for; null without one.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// The time for which a provider app should make no call at all to the server, because the refusal is for the app and not for this
    /// call: ten minutes after wrong credentials (401, 997, 412 without an envelope), thirty after 429, or what the server asked for. Null
    /// for any other failure. A Nextcloud counts each wrong try, and after ten within thirty minutes it refuses all provider apps of the
    /// address for thirty minutes.
    /// </summary>
    internal TimeSpan? Silence =>
        Kind switch
        {
            OcsErrorKind.Unauthorized when (OcsStatus ?? (int?)HttpStatus) is 401 or 997 => RetryAfter ?? TimeSpan.FromMinutes(10),
            // With an envelope it is about a task type, without one about the app.
            OcsErrorKind.NotAvailable when OcsStatus is null => RetryAfter ?? TimeSpan.FromMinutes(10),
            OcsErrorKind.RateLimited => RetryAfter ?? TimeSpan.FromMinutes(30),
            _ => null,
        };

    /// <summary>
    /// True for Nextcloud's answer to what it did not foresee (500 with code 996), such as an upload over PHP's limit or a result of a
    /// type that is gone: the same call seldom succeeds later, so give it up after a few tries.
    /// </summary>
    internal bool IsInternalError => HttpStatus == HttpStatusCode.InternalServerError && OcsStatus == 996;

    /// <summary>True when the same call may succeed later without a change.</summary>
    public bool MayPass => Kind is OcsErrorKind.ServerError or OcsErrorKind.Unreachable or OcsErrorKind.RateLimited;

    // On v1.php the HTTP status is 200 for nearly everything, so the envelope's code decides where there is one.
    private static OcsErrorKind KindOf(HttpStatusCode httpStatus, int? ocsStatus) =>
        (ocsStatus ?? (int)httpStatus) switch
        {
            401 or 403 or 997 => OcsErrorKind.Unauthorized,
            404 or 998 => OcsErrorKind.NotFound,
            412 => OcsErrorKind.NotAvailable,
            429 => OcsErrorKind.RateLimited,
            408 => OcsErrorKind.ServerError,
            >= 400 and < 500 => OcsErrorKind.InvalidInput,
            _ => OcsErrorKind.ServerError,
        };
}
