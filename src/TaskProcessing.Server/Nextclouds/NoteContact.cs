namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Keeps what a contact with a Nextcloud taught, for the list, the page and the metrics. News is written at once, a contact
/// that taught nothing new once a minute.
/// </summary>
internal sealed partial class NoteContact(INextcloudStore store, TimeProvider time, ILogger<NoteContact> logger)
{
    private static readonly TimeSpan Repetition = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (NextcloudContact Contact, long At)> _last = [];

    public Task RunAsync(string id, NextcloudContact contact, CancellationToken cancellationToken) =>
        IsNews(id, contact) ? store.NoteContactAsync(id, contact, time.GetUtcNow(), cancellationToken) : Task.CompletedTask;

    /// <summary>Of several calls that fail at the same time one brings the news.</summary>
    private bool IsNews(string id, NextcloudContact contact)
    {
        lock (_lock)
        {
            var known = _last.TryGetValue(id, out var last);
            if (known && IsKnown(last.Contact, contact) && time.GetElapsedTime(last.At) < Repetition)
                return false;

            var version = contact.ServerVersion ?? last.Contact?.ServerVersion;
            _last[id] = (contact with { ServerVersion = version }, time.GetTimestamp());
            if (contact.Trouble != NextcloudTrouble.None && last.Contact?.Trouble != contact.Trouble)
                Log.InTrouble(logger, id, contact.Problem);
            else if (contact.Trouble == NextcloudTrouble.None && known && last.Contact!.Trouble != NextcloudTrouble.None)
                Log.Recovered(logger, id);
            return true;
        }
    }

    private static bool IsKnown(NextcloudContact last, NextcloudContact contact) =>
        last.Trouble == contact.Trouble
        && last.Until == contact.Until
        && (contact.ServerVersion is null || contact.ServerVersion == last.ServerVersion);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Nextcloud {Id}: {Problem}")]
        public static partial void InTrouble(ILogger logger, string id, string? problem);

        [LoggerMessage(LogLevel.Information, "Nextcloud {Id}: all is well again")]
        public static partial void Recovered(ILogger logger, string id);
    }
}
