using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Reads what <c>next</c> answers. Nextcloud names neither the claim nor the trace.</summary>
internal static class ClaimAnswer
{
    public static ClaimedTask Read(JsonElement data) =>
        new(ProtocolTask.FromData(data), ProviderIdOf(data)) { Claim = ClaimOf(data), TraceParent = TraceParentOf(data) };

    // provider.name holds the provider's id.
    private static string ProviderIdOf(JsonElement data) =>
        data.TryGetProperty("provider", out var provider)
        && provider.ValueKind == JsonValueKind.Object
        && provider.TryGetProperty("name", out var name)
        && name.ValueKind == JsonValueKind.String
            ? name.GetString()!
            : "";

    private static long? ClaimOf(JsonElement data) =>
        data.TryGetProperty("claim", out var claim) && claim.ValueKind == JsonValueKind.Number && claim.TryGetInt64(out var number)
            ? number
            : null;

    private static string? TraceParentOf(JsonElement data) =>
        data.TryGetProperty("traceparent", out var trace) && trace.ValueKind == JsonValueKind.String ? trace.GetString() : null;
}
