using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Tests.Contract.Replay;

namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>Answers written as XML: whatever an answer has in it, the XML is well-formed.</summary>
internal sealed class XmlTarget : IFuzzTarget
{
    private static readonly JsonDocumentOptions OneOfEachName = new() { AllowDuplicateProperties = false };

    private static readonly ImmutableArray<string> Answers =
    [
        .. RecordedCall
            .All.Where(call => !call.IsObservation && call.Answer is { Kind: "json", Body: not null })
            .Select(call => FuzzRequest.Bytes(call.Answer.Body!.ToJsonString()))
            .Distinct(),
    ];

    public string Name => "xml";

    public Task<Find?> TryAsync(Mutator mutator, CancellationToken cancellationToken)
    {
        var json = Encoding.Latin1.GetBytes(new JsonMutator(mutator).Change(mutator.Pick(Answers)));
        return Task.FromResult(
            CanBeAnAnswer(json) && Problem(json) is { } problem ? new Find(problem, Encoding.Latin1.GetString(json)) : null
        );
    }

    private static string? Problem(byte[] json)
    {
        try
        {
            Exchange.ReadXml(Encoding.UTF8.GetString(OcsXml.FromJson(json)));
            return null;
        }
        catch (Exception problem)
        {
            return $"{problem.GetType().Name}: {problem.Message}";
        }
    }

    /// <summary>Our own serializer writes valid JSON with one root, no name twice, and texts that are UTF-8 and whole.</summary>
    private static bool CanBeAnAnswer(byte[] json)
    {
        try
        {
            return Utf8.IsValid(json)
                && JsonNode.Parse(json, null, OneOfEachName) is JsonObject { Count: 1 } root
                && JsonSerializer.SerializeToUtf8Bytes(root).Length > 0;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
