using System.ComponentModel.DataAnnotations;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Http.RateLimiting;

namespace TaskProcessing.Server.Http.Admin;

/// <summary>The users to list.</summary>
internal sealed record ListUsersParameters
{
    /// <summary>Only those with this text in their login name or display name, in any case.</summary>
    public string? Search { get; init; }
}

/// <summary>Users, by login name.</summary>
/// <param name="Users">The first 200.</param>
/// <param name="Count">How many there are.</param>
internal sealed record UsersResource(IReadOnlyList<AccountResource> Users, int Count);

/// <summary>A user.</summary>
/// <param name="Id">The login name.</param>
/// <param name="DisplayName">The name shown.</param>
/// <param name="IsAdmin">Whether it is an administrator.</param>
/// <param name="CreatedAt">When it was added, in Unix seconds.</param>
internal sealed record AccountResource(string Id, string DisplayName, bool IsAdmin, long CreatedAt)
{
    public static AccountResource Of(Account account) =>
        new(account.Id, account.DisplayName, account.IsAdmin, account.CreatedAt.ToUnixTimeSeconds());
}

/// <summary>A user to add.</summary>
internal sealed record AddUserParameters
{
    /// <summary>The login name: letters, digits and <c>_ . @ - '</c>.</summary>
    [Required]
    public required string Id { get; init; }

    /// <summary>The password.</summary>
    [Required]
    public required string Password { get; init; }

    /// <summary>The name shown; default the login name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whether it is an administrator; default false.</summary>
    public bool? IsAdmin { get; init; }
}

/// <summary>Another password.</summary>
internal sealed record SetPasswordParameters
{
    /// <summary>The new password.</summary>
    [Required]
    public required string Password { get; init; }
}

/// <summary>The app passwords of a user, the oldest first.</summary>
internal sealed record AppPasswordsResource(IReadOnlyList<AppPasswordResource> AppPasswords);

/// <summary>An app password, without its secret.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="CreatedAt">When it was made, in Unix seconds.</param>
internal sealed record AppPasswordResource(string Name, long CreatedAt);

/// <summary>An app password by its name.</summary>
internal sealed record AppPasswordNameParameters
{
    /// <summary>What it is for.</summary>
    [Required]
    public required string Name { get; init; }
}

/// <summary>A new app password.</summary>
/// <param name="AppPassword">The secret; it is shown once.</param>
internal sealed record NewAppPasswordResource(string AppPassword);

/// <summary>That an address is refused because passwords were guessed from it.</summary>
/// <param name="Address">The address, as a network.</param>
/// <param name="Name">The name that was guessed for; null for all names.</param>
/// <param name="BeganAt">Since when.</param>
/// <param name="EndsAt">Until when.</param>
internal sealed record BlockResource(string Address, string? Name, long BeganAt, long EndsAt)
{
    public static BlockResource Of(LoginBlock block) =>
        new(block.Network, block.Name, block.BeganAt.ToUnixTimeSeconds(), block.EndsAt.ToUnixTimeSeconds());
}

/// <summary>The blocks to lift.</summary>
internal sealed record LiftParameters
{
    /// <summary>An address, or a network as the overview has it.</summary>
    [Required]
    public required string Address { get; init; }

    /// <summary>Only the block on this name; without it all of the address.</summary>
    public string? Name { get; init; }
}

/// <summary>A caller that met a rate limit.</summary>
/// <param name="Limit">The limit: <c>schedule</c> or <c>fetch</c>.</param>
/// <param name="Caller">Who: <c>user alice</c>, <c>guest 192.0.2.7/32</c>.</param>
/// <param name="Count">How often.</param>
/// <param name="LastAt">When last.</param>
internal sealed record RateLimitHitResource(string Limit, string Caller, int Count, long LastAt)
{
    public static RateLimitHitResource Of(RateLimitHit hit) => new(hit.Limit, hit.Caller, hit.Count, hit.LastAt.ToUnixTimeSeconds());
}
