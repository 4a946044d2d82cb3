using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Contract.Replay;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>
/// Requests to begin with: the recorded calls of Nextcloud's clients, and those of <c>Corpus/</c>, one per line. All that ever broke
/// something is in <c>Corpus/finds.jsonl</c>.
/// </summary>
internal static class Seeds
{
    public static ImmutableArray<FuzzRequest> Kept(string file) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fuzzing", "Corpus", $"{file}.jsonl")).Select(FuzzRequest.Parse)];

    public static FuzzRequest Of(RecordedCall call, Placeholders placeholders) =>
        new(call.As, call.Method, FuzzRequest.Bytes(placeholders.Fill(call.Path)))
        {
            Headers =
            [
                .. ((JsonObject)call.Request["headers"]!).Select(header =>
                    new[] { header.Key, FuzzRequest.Bytes(RecordedServer.FillCredentials((string)header.Value!)) }
                ),
            ],
            Body = RecordedServer.Body(call, placeholders) is { } body ? Encoding.Latin1.GetString(body) : null,
        };

    /// <summary>A kept request with the values of its placeholders.</summary>
    public static FuzzRequest Filled(FuzzRequest kept, Placeholders placeholders) =>
        kept with
        {
            Path = placeholders.Fill(kept.Path),
            Headers = [.. kept.Headers.Select(header => new[] { header[0], placeholders.Fill(header[1]) })],
            Body = kept.Body is null ? null : placeholders.Fill(kept.Body),
        };
}
