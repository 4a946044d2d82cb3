using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Http.Events;

/// <summary>The verbs of endpoints that hold requests open, which a caller may have only so many of.</summary>
internal static class HeldRequests
{
    private const string RetryAfterSeconds = "5";

    private static readonly CancellationToken AtOnce = new(canceled: true);

    /// <summary>Every answer is a stream that stays open.</summary>
    public static RouteHandlerBuilder HoldsOpen(this RouteHandlerBuilder builder) => builder.AddEndpointFilter((context, next) => HoldAsync(context, next));

    /// <summary>Callers may <c>wait</c> for the answer.</summary>
    public static RouteHandlerBuilder MayWait(this RouteHandlerBuilder builder) => builder.AddEndpointFilter((context, next) =>
        Waits(context) ? HoldAsync(context, next) : next(context));

    /// <summary>Callers may <c>wait</c>; where there is no room for that they are answered at once, because what they came to say must be heard.</summary>
    public static RouteHandlerBuilder MayWaitWhereThereIsRoom(this RouteHandlerBuilder builder) => builder.AddEndpointFilter((context, next) =>
        Waits(context) ? HoldAsync(context, next, otherwise: next) : next(context));

    /// <summary>When a request that is held open is to be answered, whatever it waits for.</summary>
    public static CancellationToken StopWaiting(this HttpContext context) =>
        context.Features.Get<OpenWait>() is { } wait ? wait.Ended : AtOnce;

    private static bool Waits(EndpointFilterInvocationContext context) =>
        context.Arguments.OfType<OcsParameters>().Single().Wait() > TimeSpan.Zero;

    private static async ValueTask<object?> HoldAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, EndpointFilterDelegate? otherwise = null)
    {
        var http = context.HttpContext;
        var waits = http.RequestServices.GetRequiredService<OpenWaits>();
        var caller = http.Features.GetRequiredFeature<Caller>();
        var waiter = WaiterOf(caller);
        using var wait = waits.TryOpen(waiter);
        if (wait is null)
            return otherwise is null ? Refuse(http, waiter, waits.LimitOf(waiter)) : await otherwise(context);

        if (waits.Checks != caller.AsOf)
            await http.RequestServices.GetRequiredService<EndRevokedWaits>().RunAsync([wait], http.RequestAborted);

        if (wait.IsRevoked)
            return Access.NoLonger(http);

        http.Features.Set(wait);
        var answer = await next(context);
        if (answer is not TaskEventStream stream)
            return wait.IsRevoked ? Access.NoLonger(http) : answer;

        // Here, so that its place is free as soon as it ends.
        await stream.ExecuteAsync(http);
        return TypedResults.Empty;
    }

    private static IResult Refuse(HttpContext http, Waiter waiter, int limit)
    {
        var who = waiter.Kind switch
        {
            WaiterKind.User => "A user",
            WaiterKind.App => "A provider app",
            _ => "A guest's network",
        };
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Refusal.Of(http, StatusCodes.Status429TooManyRequests, $"{who} may have {limit} event streams and waiting requests open at a time, and has; please try again later, or ask without waiting");
    }

    /// <summary>An app counts for itself whomever it acts for.</summary>
    private static Waiter WaiterOf(Caller caller) => caller switch
    {
        { AppId: { } appId } => new Waiter(WaiterKind.App, appId, caller.Credential),
        { UserId: { } userId } => new Waiter(WaiterKind.User, userId, caller.Credential),
        _ => new Waiter(WaiterKind.Guest, caller.Network, null),
    };
}
