using System.Net;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Reads what <c>next</c> and <c>next_batch</c> answer. Nextcloud names neither the claim nor the trace.</summary>
internal static class ClaimAnswer
{
    public static ClaimedTask Read(JsonElement data) =>
        new(ProtocolTask.FromData(data), ProviderIdOf(data)) { Claim = ClaimOf(data), TraceParent = TraceParentOf(data) };

    /// <exception cref="OcsException">It is no list of tasks.</exception>
    public static IReadOnlyList<ClaimedTask> ReadBatch(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("tasks", out var tasks) && tasks.ValueKind == JsonValueKind.Array
            ? [.. tasks.EnumerateArray().Select(Read)]
            : throw new OcsException("The server answered no list of tasks.", HttpStatusCode.OK);

    // provider.name holds the provider's id; in a batch provider itself does.
    private static string ProviderIdOf(JsonElement data) =>
        !data.TryGetProperty("provider", out var provider) ? ""
        : provider.ValueKind == JsonValueKind.String ? provider.GetString()!
        : provider.ValueKind == JsonValueKind.Object
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
