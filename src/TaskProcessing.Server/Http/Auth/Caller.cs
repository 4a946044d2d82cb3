using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>The caller of a request. Handlers take it as a parameter.</summary>
/// <param name="Kind">The kind of login.</param>
/// <param name="UserId">The user in whose name the call acts; null for guests, and for provider apps without a user.</param>
/// <param name="IsAdmin">True when that user is an administrator.</param>
/// <param name="AppId">The provider app that calls, if one does.</param>
/// <param name="Network">The caller's address as a network: <c>192.0.2.7/32</c>, <c>2001:db8:0:100::/56</c>.</param>
internal sealed record Caller(CallerKind Kind, string? UserId, bool IsAdmin, string? AppId, string Network)
{
    /// <summary>A disabled app counts as unknown, except for the two routes that tell an app its state.</summary>
    public bool IsDisabledApp { get; init; }

    /// <summary>The facts that the login depends on; null for guests.</summary>
    public Credential? Credential { get; init; }

    /// <summary>The number of <see cref="HeldConnections.Checks"/> when the login began.</summary>
    public int AsOf { get; init; }

    /// <summary>The owner of the tasks that this caller schedules and sees.</summary>
    public TaskOwner Owner => Kind == CallerKind.Guest ? TaskOwner.Guest(Network) : new TaskOwner(UserId, null);

    /// <summary>The actor in the history of a task.</summary>
    public string Actor => AppId is null ? ProcessingTask.PartyOf(Owner, "") : $"app {AppId}";

    public static Caller Guest(string network) => new(CallerKind.Guest, null, false, null, network);

    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.GetRequiredFeature<Caller>());
}

/// <summary>The kind of a login.</summary>
internal enum CallerKind
{
    /// <summary>Not at all.</summary>
    Guest,

    /// <summary>As a user, with Basic or Bearer.</summary>
    User,

    /// <summary>As a provider app, with AppAPI headers, for a user or without one.</summary>
    ExApp,
}
