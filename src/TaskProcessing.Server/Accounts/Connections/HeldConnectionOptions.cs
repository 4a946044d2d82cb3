using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>
/// Section <c>Waiting</c>: the limits of event streams and long polls (<c>wait=</c>) that one caller may hold open at a time,
/// at all servers on the database together.
/// </summary>
internal sealed class HeldConnectionOptions
{
    /// <summary>The limit for a user. Default 200; 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxPerUser { get; set; } = 200;

    /// <summary>The limit for a guest's network. Default 20; 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxPerGuest { get; set; } = 20;

    /// <summary>The limit for a provider app with all its workers. Default 2000; 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxPerApp { get; set; } = 2000;
}
