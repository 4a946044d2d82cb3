using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Http.RateLimiting;

/// <summary>Section <c>RateLimits</c>: the limits on expensive calls.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Switches all limits. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Scheduling tasks.</summary>
    public RateLimitPolicy Schedule { get; set; } = new();

    /// <summary>The manual's <c>POST /task/{id}</c>; other reads are not limited.</summary>
    public RateLimitPolicy Fetch { get; set; } = new();
}

/// <summary>One limit. Every call past authentication counts, also one that then fails; a refused one does not.</summary>
internal sealed class RateLimitPolicy
{
    /// <summary>Switches this limit. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The calls that a user may make within the period. Default 20.</summary>
    [Range(1, 1_000_000)]
    public int UserLimit { get; set; } = 20;

    /// <summary>The calls that a guest's network may make within the period. Default 5.</summary>
    [Range(1, 1_000_000)]
    public int GuestLimit { get; set; } = 5;

    /// <summary>The period in seconds. Default 120.</summary>
    [Range(1, 86_400)]
    public int PeriodSeconds { get; set; } = 120;
}
