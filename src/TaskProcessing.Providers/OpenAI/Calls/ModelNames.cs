using System.Text.Json;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Reads the names in a list of models, and no other members: servers differ in all of those.</summary>
internal static class ModelNames
{
    private static readonly string[] Lists = ["data", "models", "result", "items"];
    private static readonly string[] Names = ["id", "name", "model"];

    /// <exception cref="BadAnswerException">It is no list.</exception>
    public static IReadOnlyCollection<string> Read(ReadOnlyMemory<byte> answer)
    {
        using var json = MediaAnswer.Json(answer);
        if (json is null)
            throw new BadAnswerException($"The answer is no JSON: {Shorten.ToLine(BinaryData.FromBytes(answer).ToString())}");
        if (EndpointError.IsIn(json.RootElement))
            throw new BadAnswerException(EndpointError.OfJson(json.RootElement, status: null));

        return ListIn(json.RootElement) is { } list
            ? [.. list.EnumerateArray().Select(NameOf).OfType<string>().Distinct()]
            : throw new BadAnswerException($"The answer has no list of models: {Shorten.ToLine(json.RootElement.GetRawText())}");
    }

    private static JsonElement? ListIn(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array
            ? json
            : Lists.Select(name => json.Member(name)).FirstOrDefault(member => member is { ValueKind: JsonValueKind.Array });

    private static string? NameOf(JsonElement model) =>
        model.ValueKind == JsonValueKind.String
            ? LenientText.Of(model)
            : Names.Select(name => model.Text(name)).FirstOrDefault(name => name is not null);
}
