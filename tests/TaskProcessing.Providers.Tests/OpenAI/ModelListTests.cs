using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Providers.OpenAI.Work;

namespace TaskProcessing.Providers.Tests.OpenAI;

/// <summary>The kinds of models by their names, and the cutting of long texts.</summary>
public sealed class ModelListTests
{
    [Fact]
    public void Names_tell_what_models_do()
    {
        var models = ModelList.Of(
            new OpenAIEndpointOptions(),
            [
                "gpt-4o-mini",
                "llama3.2:3b",
                "qwen2.5-vl:7b",
                "text-embedding-3-small",
                "nomic-embed-text:latest",
                "whisper-1",
                "gpt-4o-transcribe",
                "gpt-4o-mini-tts",
                "kokoro",
                "dall-e-3",
                "gpt-image-1",
                "flux.1-dev",
                "stablediffusion",
                "bge-m3",
                "omni-moderation-latest",
                "gemma3:4b",
                "/models/Qwen3-8B-Q4_K_M.gguf",
                "tts-1",
            ]
        );

        models.Chat.Should().Equal("gpt-4o-mini", "llama3.2:3b", "qwen2.5-vl:7b", "gemma3:4b", "/models/Qwen3-8B-Q4_K_M.gguf");
        models.Vision.Should().Equal("gpt-4o-mini", "qwen2.5-vl:7b", "gemma3:4b");
        models.Image.Should().Equal("dall-e-3", "gpt-image-1", "flux.1-dev", "stablediffusion");
        models.Transcription.Should().Equal("whisper-1", "gpt-4o-transcribe");
        models.Speech.Should().Equal("gpt-4o-mini-tts", "kokoro", "tts-1");
    }

    [Fact]
    public void A_configured_model_comes_first_whether_it_is_listed_or_not()
    {
        var models = ModelList.Of(new OpenAIEndpointOptions { Model = "b", VisionModel = "eyes" }, ["a", "b"]);

        models.Chat.Should().Equal("b", "a");
        models.Vision.Should().Equal("eyes");
        models.Image.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", 10, new[] { "" })]
    [InlineData("short", 10, new[] { "short" })]
    [InlineData("One two three. Four five six.", 20, new[] { "One two three.", "Four five six." })]
    [InlineData("aaaa aaaa\n\nbbbb bbbb", 14, new[] { "aaaa aaaa", "bbbb bbbb" })]
    [InlineData("abcdefghij", 4, new[] { "abcd", "efg", "hij" })]
    [InlineData("ab😀😀😀", 3, new[] { "ab", "😀", "😀", "😀" })]
    public void A_text_is_cut_where_it_hurts_least(string text, int atMost, string[] parts)
    {
        var cut = TextParts.Of(text, atMost);

        cut.Select(part => part.Trim()).Should().Equal(parts);
        string.Concat(cut).Should().Be(text, "what parts them stays with them");
    }
}
