using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Servers quote a text in their refusal and cut it within a character. Found by fuzzing.</summary>
public sealed class HalfCharacterTests
{
    [Theory]
    [InlineData("""{"error":"no model \ud83d"}""", "no model")]
    [InlineData("""{"error":{"message":"no model \ude00 here","code":"\ud800","status":"\udfff"}}""", "no model")]
    [InlineData("""{"error":{"message":"no model","param":"\ud800"}}""", "no model")]
    [InlineData("""{"detail":[{"loc":["\ud800"],"msg":"no model"}]}""", "no model")]
    [InlineData("""{"message":["\udfff\ud800","no model"]}""", "no model")]
    [InlineData("\"\\udfff\\ud800\"", "404")]
    public async Task A_refusal_with_half_a_character_is_told_like_any_other(string body, string error)
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { RetrySeconds = 0 });
        bench.Endpoint.Otherwise = Reply.Refusal(404, body).SendAsync;

        using var run = await bench.RunAsync("""{"input":"Hello"}""", "core:text2text");

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().Contain(error);
    }
}
