using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Rest;

namespace TaskProcessing.Server.Http.Bodies;

/// <summary>
/// The memory for request bodies that are read as a whole, bounded over all requests. A body takes its bytes before they are read,
/// and keeps them until its request ends, because the parameters are in them. One for which there is no room waits: what its client
/// sends meanwhile stays on the way. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Nobody can take all of it: a user, a guest's network and a service key have a quarter each, a provider app has half, and all
/// guests together have half. Large bodies leave an eighth to the small ones, which most requests have. A body that is larger than a
/// share has it for itself.
/// </remarks>
internal sealed partial class BufferedBodies(
    IOptions<HttpOptions> http,
    IOptions<ProxyOptions> proxies,
    TimeProvider time,
    ILogger<BufferedBodies> logger
)
{
    /// <summary>Up to here a body is small.</summary>
    public const int SmallBytes = 64 * 1024;

    /// <summary>Clients give up after 30 seconds at the earliest; nc_py_api and Nextcloud's own HTTP client do then.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>The limit of waiting bodies, of which the web server has received a first part each.</summary>
    private const int MaxWaiting = 400;

    private const int MaxWaitingOfHolder = 100;

    /// <summary>A warning comes when none was due for as long.</summary>
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private const string Everybody = "all";
    private const string Large = "large";
    private const string Guests = "guests";

    private readonly Lock _lock = new();
    private readonly LinkedList<BodyPlace> _waiting = [];
    private readonly Dictionary<string, long> _held = [];
    private readonly long _limit = http.Value.BufferedBodiesMegabytes * 1024L * 1024;
    private long _lastRefusal;
    private long _takenByLarge;

    /// <summary>The bytes that are taken at the moment.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
                return _held.GetValueOrDefault(Everybody);
        }
    }

    /// <summary>The bytes that large bodies have taken since the start.</summary>
    public long TakenByLarge => Interlocked.Read(ref _takenByLarge);

    /// <summary>Takes bytes for the body of a request, until the end of the request or of the place.</summary>
    /// <exception cref="NoRoomForBodyException">There was no room for too long, or too many wait already.</exception>
    public async ValueTask<BodyPlace> TakeAsync(HttpContext context, long bytes, CancellationToken cancellationToken)
    {
        var place = new BodyPlace(this, bytes, SharesOf(context, bytes));
        lock (_lock)
        {
            place.Waiting = _waiting.AddLast(place);
            Admit();
            if (place.Waiting is not null && IsCrowded(place))
            {
                Leave(place);
                throw Refused();
            }
        }

        context.Response.RegisterForDispose(place);
        try
        {
            await place.HasTurn.WaitAsync(LongestWait, time, cancellationToken);
            return place;
        }
        catch (TimeoutException)
        {
            place.Dispose();
            throw Refused();
        }
    }

    internal void Release(BodyPlace place, long bytes)
    {
        lock (_lock)
        {
            if (place.Waiting is not null)
                Leave(place);
            else
                Give(place, bytes);
            Admit();
        }
    }

    /// <summary>
    /// Lets in who waits, in their order. Whoever waits for others, and not for what is their own, is overtaken by small ones alone.
    /// </summary>
    private void Admit()
    {
        var largeMustWait = false;
        var next = _waiting.First;
        while (next is not null)
        {
            var (place, after) = (next.Value, next.Next);
            var full = place.Shares.FirstOrDefault(share => !HasRoom(share, place.Bytes)).Name;
            if (full is null && !(largeMustWait && place.IsLarge))
            {
                foreach (var (share, _) in place.Shares)
                    _held[share] = _held.GetValueOrDefault(share) + place.Bytes;
                Leave(place);
                place.GiveTurn();
                if (place.IsLarge)
                    Interlocked.Add(ref _takenByLarge, place.Bytes);
            }

            if (full is Everybody)
                return;

            largeMustWait |= full is Large;
            next = after;
        }
    }

    private void Leave(BodyPlace place)
    {
        _waiting.Remove(place.Waiting!);
        place.Waiting = null;
    }

    private void Give(BodyPlace place, long bytes)
    {
        foreach (var (share, _) in place.Shares)
        {
            if ((_held[share] -= bytes) == 0)
                _held.Remove(share);
        }
    }

    private bool HasRoom((string Name, long Limit) share, long bytes) =>
        _held.GetValueOrDefault(share.Name) is var held && (held == 0 || held + bytes <= share.Limit);

    private bool IsCrowded(BodyPlace place) =>
        _waiting.Count > MaxWaiting || _waiting.Count(other => other.Shares[^1].Name == place.Shares[^1].Name) > MaxWaitingOfHolder;

    /// <summary>What the body counts to; the holder's own share is the last.</summary>
    private (string Name, long Limit)[] SharesOf(HttpContext context, long bytes)
    {
        var (holder, share, isGuest) = context.Features.Get<Caller>() switch
        {
            { AppId: { } app } => ($"app {app}", _limit / 2, false),
            { UserId: { } user } => ($"user {user}", _limit / 4, false),
            null when context.Features.Get<RestScope>() is { IsOperator: true } key => (key.Actor, _limit / 4, false),
            _ => ($"guest {CallerNetwork.Of(context.Connection.RemoteIpAddress, proxies.Value.IPv6PrefixLength)}", _limit / 4, true),
        };
        return (bytes > SmallBytes, isGuest) switch
        {
            (true, true) => [(Everybody, _limit), (Large, _limit / 8 * 7), (Guests, _limit / 2), (holder, share)],
            (true, false) => [(Everybody, _limit), (Large, _limit / 8 * 7), (holder, share)],
            (false, true) => [(Everybody, _limit), (Guests, _limit / 2), (holder, share)],
            (false, false) => [(Everybody, _limit), (holder, share)],
        };
    }

    private NoRoomForBodyException Refused()
    {
        var now = time.GetTimestamp();
        var last = Interlocked.Exchange(ref _lastRefusal, now);
        if (last == 0 || time.GetElapsedTime(last, now) > BetweenWarnings)
            Log.Full(logger, http.Value.BufferedBodiesMegabytes);
        return new NoRoomForBodyException();
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Refused a request: other bodies take all of Http:BufferedBodiesMegabytes ({Megabytes} MB), or of the caller's share"
        )]
        public static partial void Full(ILogger logger, int megabytes);
    }
}

/// <summary>A body had to wait for its turn for too long, or is one of too many that wait.</summary>
internal sealed class NoRoomForBodyException() : Exception("The server holds as many request bodies as it may at the moment");
