namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>The longest texts of a task, in characters; Nextcloud's table has the same limits.</summary>
internal static class ProcessingTaskLimits
{
    public const int AppId = 64;
    public const int CustomId = 255;
    public const int WebhookUri = 4000;
    public const int WebhookMethod = 64;
    public const int IdempotencyKey = 255;
    public const int LowestPriority = -10;
    public const int HighestPriority = 10;

    /// <summary>In UTF-8 bytes; longer error messages are cut.</summary>
    public const int ErrorMessageBytes = 4000;
}
