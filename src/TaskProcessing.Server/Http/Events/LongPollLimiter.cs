using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Http.Events;

/// <summary>The verbs of endpoints that hold requests open; their number is limited for each caller.</summary>
internal static class LongPollLimiter
{
    private const string RetryAfterSeconds = "5";

    private static readonly CancellationToken AtOnce = new(canceled: true);

    /// <summary>Every answer is a stream that stays open.</summary>
    public static RouteHandlerBuilder StaysOpen(this RouteHandlerBuilder builder) =>
        builder.AddEndpointFilter((context, next) => HoldAsync(context, next));

    /// <summary>Callers may <c>wait</c> for the answer.</summary>
    public static RouteHandlerBuilder AllowLongPoll(this RouteHandlerBuilder builder) =>
        builder.AddEndpointFilter((context, next) => Waits(context) ? HoldAsync(context, next) : next(context));

    /// <summary>
    /// Callers may <c>wait</c>. Beyond the limit they are answered at once instead of 429, because their report must be taken.
    /// </summary>
    public static RouteHandlerBuilder AllowLongPollIfCapacity(this RouteHandlerBuilder builder) =>
        builder.AddEndpointFilter((context, next) => Waits(context) ? HoldAsync(context, next, otherwise: next) : next(context));

    /// <summary>The token that ends the wait of a held request.</summary>
    public static CancellationToken LongPollToken(this HttpContext context) =>
        context.Features.Get<HeldConnection>() is { } connection ? connection.Ended : AtOnce;

    private static bool Waits(EndpointFilterInvocationContext context) =>
        context.Arguments.OfType<OcsParameters>().Single().Wait() > TimeSpan.Zero;

    private static async ValueTask<object?> HoldAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next,
        EndpointFilterDelegate? otherwise = null
    )
    {
        var http = context.HttpContext;
        var connections = http.RequestServices.GetRequiredService<HeldConnections>();
        var caller = http.Features.GetRequiredFeature<Caller>();
        var holder = HolderOf(caller);
        using var connection = await connections.TryOpenAsync(holder, http.RequestAborted);
        if (connection is null)
            return otherwise is null ? Refuse(http, holder, connections.LimitOf(holder)) : await otherwise(context);

        if (connections.Checks != caller.AsOf)
            await http.RequestServices.GetRequiredService<CloseRevokedConnections>().RunAsync([connection], http.RequestAborted);

        if (connection.IsRevoked)
            return Access.NoLonger(http);

        http.Features.Set(connection);
        var answer = await next(context);
        if (answer is not TaskEventStream stream)
            return connection.IsRevoked ? Access.NoLonger(http) : answer;

        // Here, so that its place is free as soon as it ends.
        await stream.ExecuteAsync(http);
        return TypedResults.Empty;
    }

    private static IResult Refuse(HttpContext http, ConnectionHolder holder, int limit)
    {
        var who = holder.Kind switch
        {
            HolderKind.User => "A user",
            HolderKind.App => "A provider app",
            _ => "A guest's network",
        };
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Refusal.Of(
            http,
            StatusCodes.Status429TooManyRequests,
            $"{who} may have {limit} event streams and waiting requests open at a time, and has; "
                + "please try again later, or ask without waiting"
        );
    }

    /// <summary>An app counts as one holder, for all users in whose names it acts.</summary>
    private static ConnectionHolder HolderOf(Caller caller) =>
        caller switch
        {
            { AppId: { } appId } => new ConnectionHolder(HolderKind.App, appId, caller.Credential),
            { UserId: { } userId } => new ConnectionHolder(HolderKind.User, userId, caller.Credential),
            _ => new ConnectionHolder(HolderKind.Guest, caller.Network, null),
        };
}
