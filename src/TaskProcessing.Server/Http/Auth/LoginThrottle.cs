using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.RateLimiting;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>
/// Refuses networks from which too many wrong logins came. A good login does not forgive them, or whoever has an account
/// could go on guessing those of others.
/// </summary>
internal sealed class LoginThrottle(IRateCounter counter, IOptions<BruteForceOptions> options)
{
    public bool IsRefused(string network) => options.Value.Enabled && counter.Count(Key(network)) >= options.Value.MaxAttempts;

    public void Failed(string network)
    {
        if (options.Value.Enabled)
            counter.TryCount(Key(network), options.Value.MaxAttempts, TimeSpan.FromSeconds(options.Value.PeriodSeconds));
    }

    private static string Key(string network) => $"login {network}";
}
