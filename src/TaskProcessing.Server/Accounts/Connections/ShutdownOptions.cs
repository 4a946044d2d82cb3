using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>Section <c>Shutdown</c>: the end of the server.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>The time for running requests and for the tasks of built-in workers, once the server listens no more.</summary>
    public static readonly TimeSpan Finish = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The seconds for which the server goes on serving after SIGTERM while <c>/health/ready</c> answers 503. Default 0; behind a
    /// load balancer longer than that needs to notice.
    /// </summary>
    [Range(0, 600)]
    public int DrainSeconds { get; set; }

    internal TimeSpan Drain => TimeSpan.FromSeconds(DrainSeconds);
}
