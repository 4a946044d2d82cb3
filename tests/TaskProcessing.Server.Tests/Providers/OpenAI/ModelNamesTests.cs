using System.Text;
using TaskProcessing.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Lists of models as servers really send them.</summary>
public sealed class ModelNamesTests
{
    [Theory]
    [InlineData("""{"object":"list","data":[{"id":"a","object":"model","created":1700000000,"owned_by":"x"},{"id":"b"}]}""")]
    [InlineData("""{"object":"list","data":[{"id":"a","created":1700000000.25},{"id":"b","created":"2026-01-01"}]}""")]
    [InlineData("""{"data":[{"id":"a","created":null,"owned_by":null,"permission":{}},{"id":"b","object":7}]}""")]
    [InlineData("""[{"id":"a","type":"chat"},{"id":"b","type":"image"}]""")]
    [InlineData("""["a","b"]""")]
    [InlineData("""{"data":["a","b","a"]}""")]
    [InlineData("""{"models":[{"name":"a","model":"a","size":1},{"name":"b"}]}""")]
    [InlineData("""{"models":[{"model":"a"},{"model":"b"},{"size":1}]}""")]
    [InlineData("\uFEFF{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}")]
    public void Names_are_found_in_any_list(string answer) => ModelNames.Read(Encoding.UTF8.GetBytes(answer)).Should().Equal("a", "b");

    [Theory]
    [InlineData("""{"error":{"message":"Invalid API key"}}""", "The endpoint answered an error: Invalid API key")]
    [InlineData("<html>Welcome</html>", "The answer is no JSON: <html>Welcome</html>")]
    [InlineData("Ollama is running", "The answer is no JSON: Ollama is running")]
    [InlineData("""{"data":7}""", "The answer has no list of models: {\"data\":7}")]
    public void What_is_no_list_says_so(string answer, string problem) =>
        FluentActions
            .Invoking(() => ModelNames.Read(Encoding.UTF8.GetBytes(answer)))
            .Should()
            .Throw<BadAnswerException>()
            .WithMessage(problem);
}
