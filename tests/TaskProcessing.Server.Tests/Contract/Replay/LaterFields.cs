using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// Adds the fields that Nextcloud 33 to 35 send beyond the recorded 32, with their values for the recorded cases.
/// </summary>
internal static class LaterFields
{
    private static readonly FrozenSet<string> InternalTypes = FrozenSet.Create(
        "core:text2text:topics",
        "core:text2text:headline",
        "core:text2text:formalization",
        "core:text2text:simplification",
        "core:text2text:reformulation",
        "core:generateemoji",
        "core:text2text:chatwithtools",
        "core:contextagent:interaction",
        "core:audio2audio:chat",
        "core:contextagent:audio-interaction"
    );

    public static RecordedAnswer AddTo(RecordedAnswer answer)
    {
        var body = answer.Body?.DeepClone();
        Add(body, answer.Kind == "xml", key: "");
        return answer with { Body = body };
    }

    private static void Add(JsonNode? node, bool isXml, string key)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var entry in list)
                    Add(entry, isXml, "");
                break;
            case JsonObject task when task.ContainsKey("allowCleanup"):
                task["includeWatermark"] = Truth(true, isXml);
                task["userFacingErrorMessage"] = isXml ? "" : null;
                task["preferStreaming"] = Truth(false, isXml);
                break;
            case JsonObject type when type.ContainsKey("optionalOutputShapeEnumValues") && !type.ContainsKey("task_type"):
                type["isInternal"] = Truth(InternalTypes.Contains(key), isXml);
                break;
            case JsonObject map:
                foreach (var (name, value) in map)
                    Add(value, isXml, name);
                break;
        }
    }

    private static JsonNode Truth(bool value, bool isXml) =>
        isXml
            ? value
                ? "1"
                : ""
            : value;
}
