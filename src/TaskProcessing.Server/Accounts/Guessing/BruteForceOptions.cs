using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>Section <c>BruteForce</c>: the brake on guessed passwords.</summary>
internal sealed class BruteForceOptions
{
    /// <summary>Blocks guesses at logins. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The wrong logins that an address may make with one name within the period. Default 10.</summary>
    [Range(1, 100_000)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>With how many names an address may fail to log in within the period. Default 30.</summary>
    [Range(1, 10_000)]
    public int MaxNames { get; set; } = 30;

    /// <summary>The period in seconds. Default 1800.</summary>
    [Range(1, 86_400)]
    public int PeriodSeconds { get; set; } = 1800;
}
