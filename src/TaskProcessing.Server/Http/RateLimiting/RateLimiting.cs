using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Rates;
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
            if (context.GetEndpoint()?.Metadata.GetMetadata<Limit>() is not { } limit)
                return next(context);

            var counting = CountAsync(limit, context.Features.Get<Caller>(), context.RequestAborted);
            return counting.IsCompletedSuccessfully ? GoOnAsync(context, limit, counting.Result) : AwaitAsync();

            async Task AwaitAsync() => await GoOnAsync(context, limit, await counting);
        }

        private Task GoOnAsync(HttpContext context, Limit limit, TimeSpan? wait)
        {
            if (wait is null)
                return next(context);

            hits.Record(limit.Name, context.Features.Get<Caller>()!.Actor);
            var seconds = RetryAfter.Set(context.Response, wait.Value);
            return Refusal
                .Of(context, StatusCodes.Status429TooManyRequests, $"Too many requests, please try again in {seconds} seconds")
                .ExecuteAsync(context);
        }

        private ValueTask<TimeSpan?> CountAsync(Limit limit, Caller? caller, CancellationToken cancellationToken)
        {
            var policy = limit.Policy(options.Value);
            if (!options.Value.Enabled || !policy.Enabled || caller is null)
                return default;

            var period = TimeSpan.FromSeconds(policy.PeriodSeconds);
            return caller switch
            {
                { UserId: { } user } => counter.TryCountAsync($"{limit.Name} user {user}", policy.UserLimit, period, cancellationToken),
                { Kind: CallerKind.Guest } => counter.TryCountAsync(
                    $"{limit.Name} guest {caller.Network}",
                    policy.GuestLimit,
                    period,
                    cancellationToken
                ),
                // A provider app without a user.
                _ => default,
            };
        }
    }
}
