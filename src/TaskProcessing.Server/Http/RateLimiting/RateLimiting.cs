using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http.RateLimiting;

/// <summary>The verbs that put a limit on an endpoint, and the middleware that holds callers to it.</summary>
internal static class RateLimiting
{
    /// <summary>Limits how often a caller may schedule.</summary>
    public static TBuilder LimitScheduling<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Limit("schedule", options => options.Schedule));

    /// <summary>Limits the calls of the manual's fetch; it has a counter of its own.</summary>
    public static TBuilder LimitFetching<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Limit("fetch", options => options.Fetch));

    /// <summary>
    /// Must come after the access check and before the endpoints, so that requests that fail in a handler count too.
    /// </summary>
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app) => app.UseMiddleware<Middleware>();

    private sealed record Limit(string Name, Func<RateLimitOptions, RateLimitPolicy> Policy);

    private sealed class Middleware(RequestDelegate next, IRateCounter counter, RateLimitHits hits, IOptions<RateLimitOptions> options)
    {
        public Task InvokeAsync(HttpContext context)
        {
            if (
                context.GetEndpoint()?.Metadata.GetMetadata<Limit>() is not { } limit
                || Wait(limit, context.Features.Get<Caller>()) is not { } wait
            )
            {
                return next(context);
            }

            hits.Record(limit.Name, context.Features.Get<Caller>()!.Actor);
            var seconds = RetryAfter.Set(context.Response, wait);
            return Refusal
                .Of(context, StatusCodes.Status429TooManyRequests, $"Too many requests, please try again in {seconds} seconds")
                .ExecuteAsync(context);
        }

        private TimeSpan? Wait(Limit limit, Caller? caller)
        {
            var policy = limit.Policy(options.Value);
            if (!options.Value.Enabled || !policy.Enabled || caller is null)
                return null;

            var period = TimeSpan.FromSeconds(policy.PeriodSeconds);
            return caller switch
            {
                { UserId: { } user } => counter.TryCount($"{limit.Name} user {user}", policy.UserLimit, period),
                { Kind: CallerKind.Guest } => counter.TryCount($"{limit.Name} guest {caller.Network}", policy.GuestLimit, period),
                // A provider app without a user.
                _ => null,
            };
        }
    }
}
