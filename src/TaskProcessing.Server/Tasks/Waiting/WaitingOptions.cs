using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Section <c>Waiting</c>: how many event streams and long polls (<c>wait=</c>) one caller may hold open at a time, on one node.</summary>
internal sealed class WaitingOptions
{
    /// <summary>How many a user may hold. Default 200; 0 is any number.</summary>
    [Range(0, 1_000_000)]
    public int MaxPerUser { get; set; } = 200;

    /// <summary>How many a guest's network may hold. Default 20; 0 is any number.</summary>
    [Range(0, 1_000_000)]
    public int MaxPerGuest { get; set; } = 20;

    /// <summary>How many a provider app may hold, all its workers together. Default 2000; 0 is any number.</summary>
    [Range(0, 1_000_000)]
    public int MaxPerApp { get; set; } = 2000;
}
