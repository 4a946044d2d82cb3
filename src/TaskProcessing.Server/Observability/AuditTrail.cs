namespace TaskProcessing.Server.Observability;

/// <summary>
/// The record of the actions of administrators, in the log's category <c>Audit</c>: the administrator, the address, the action and
/// its target.
/// </summary>
internal sealed partial class AuditTrail(ILoggerFactory loggers)
{
    public const string Category = "Audit";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <param name="actor">The administrator, such as <c>user root</c>.</param>
    /// <param name="network">Where the call came from.</param>
    /// <param name="action">The verb, such as <c>requeue task</c>.</param>
    /// <param name="target">The target of the action; never a secret.</param>
    public void Record(string actor, string network, string action, string target) => Log.Done(_logger, actor, network, action, target);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Actor} from {Network}: {Action} {Target}")]
        public static partial void Done(ILogger logger, string actor, string network, string action, string target);
    }
}
