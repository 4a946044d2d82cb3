namespace TaskProcessing.Server.Upkeep;

/// <summary>How often a job looks for what is to be removed.</summary>
internal static class MaintenanceInterval
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Ten minutes; or as long as the things are kept, where that is shorter and not for ever (zero).</summary>
    public static TimeSpan For(TimeSpan kept) => kept > TimeSpan.Zero && kept < Longest ? kept : Longest;
}
