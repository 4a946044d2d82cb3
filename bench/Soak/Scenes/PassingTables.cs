namespace Soak.Scenes;

/// <summary>The tables in which scenes leave rows that the server removes by itself, by its own clock.</summary>
internal static class PassingTables
{
    public static IReadOnlyList<string> Names { get; } =
    ["tasks", "idempotency_keys", "webhook_deliveries", "blobs", "file_locks", "sessions", "login_flows", "login_blocks", "exapp_settings"];
}
