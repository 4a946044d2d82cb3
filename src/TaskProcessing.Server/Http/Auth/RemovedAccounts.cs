using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>
/// Callers whose account was removed a moment ago. A login is remembered that long; what such a call lacks, its account has taken
/// with it, and the caller is to be told what every later call will be told.
/// </summary>
internal static class RemovedAccounts
{
    /// <summary>True when the caller's account is gone; then nothing is remembered of it any more.</summary>
    public static async Task<bool> HasCallerOfAsync(HttpContext context)
    {
        var services = context.RequestServices;
        if (
            context.Features.Get<Caller>() is not { UserId: { } userId }
            || await services.GetRequiredService<IAccountStore>().FindAsync(userId, context.RequestAborted) is not null
        )
            return false;

        services.GetRequiredService<CredentialCache>().Clear();
        services.GetRequiredService<AccountDirectory>().Clear();
        return true;
    }
}
