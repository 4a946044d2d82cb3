using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI;

/// <summary>The models of an endpoint by their kind; the first of each kind is the default.</summary>
/// <remarks>The names are the only part of a list of models that all servers agree on, so the names decide.</remarks>
internal sealed partial class ModelList : IEquatable<ModelList>
{
    private ModelList(OpenAIEndpointOptions options, IReadOnlyCollection<string> found)
    {
        Chat = Of(options.Model, found.Where(name => KindOf(name) == Kind.Chat));
        Vision = Of(options.VisionModel, found.Where(name => KindOf(name) == Kind.Chat && Sees().IsMatch(name)));
        Image = Of(options.ImageModel, found.Where(name => KindOf(name) == Kind.Image));
        Transcription = Of(options.TranscriptionModel, found.Where(name => KindOf(name) == Kind.Transcription));
        Speech = Of(options.SpeechModel, found.Where(name => KindOf(name) == Kind.Speech));
    }

    private enum Kind
    {
        Chat,
        Image,
        Transcription,
        Speech,
        None,
    }

    public ImmutableArray<string> Chat { get; }

    public ImmutableArray<string> Vision { get; }

    public ImmutableArray<string> Image { get; }

    public ImmutableArray<string> Transcription { get; }

    public ImmutableArray<string> Speech { get; }

    public bool IsEmpty => All.All(kind => kind.IsEmpty);

    private IEnumerable<ImmutableArray<string>> All => [Chat, Vision, Image, Transcription, Speech];

    /// <param name="options">Names the defaults, which need not be in the list.</param>
    /// <param name="found">The endpoint's list.</param>
    public static ModelList Of(OpenAIEndpointOptions options, IReadOnlyCollection<string> found) => new(options, found);

    public bool Equals(ModelList? other) => other is not null && All.Zip(other.All).All(pair => pair.First.SequenceEqual(pair.Second));

    public override bool Equals(object? obj) => Equals(obj as ModelList);

    public override int GetHashCode() => All.Aggregate(0, (hash, kind) => kind.Aggregate(hash, HashCode.Combine));

    private static ImmutableArray<string> Of(string? preferred, IEnumerable<string> found) =>
        string.IsNullOrEmpty(preferred) ? [.. found.Distinct()] : [.. found.Prepend(preferred).Distinct()];

    private static Kind KindOf(string name) =>
        Speaks().IsMatch(name) ? Kind.Speech
        : Listens().IsMatch(name) ? Kind.Transcription
        : Paints().IsMatch(name) ? Kind.Image
        : DoesOther().IsMatch(name) ? Kind.None
        : Kind.Chat;

    [GeneratedRegex(@"(^|[^a-z])(tts|kokoro|piper|voice|bark|orpheus)", RegexOptions.IgnoreCase)]
    private static partial Regex Speaks();

    [GeneratedRegex(@"whisper|transcribe|parakeet|voxtral|(^|[^a-z])(asr|stt)([^a-z]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Listens();

    [GeneratedRegex(
        @"dall-?e|gpt-image|stable-?diffusion|(^|[^a-z])(sdxl|sd-?[123]|flux|imagen|qwen-image|z-image)",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Paints();

    [GeneratedRegex(
        @"embed|rerank|moderation|realtime|sora|babbage|davinci|(^|[^a-z])(bge|gte|e5|minilm|colbert|clip)([^a-z]|$)",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex DoesOther();

    [GeneratedRegex(
        @"gpt-4o|gpt-4\.1|gpt-5|llava|vision|pixtral|moondream|gemma-?3|minicpm-v|internvl|llama-?4|mistral-small-?3|omni"
            + @"|(^|[^a-z])(\d*vl|smolvlm)([^a-z]|$)|[^a-z]vl[^a-z]|qwen[\d.]*-?vl",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Sees();
}
