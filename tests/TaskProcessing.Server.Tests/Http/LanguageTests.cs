using System.Text.Json;
using TaskProcessing.Server.Http.Texts;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("de-AT, en;q=0.5", "Zusammenfassen", "Aufgabe nicht gefunden")]
    [InlineData("nl, fr;q=0.8, de;q=0.7", "Résumer", "Tâche introuvable")]
    [InlineData("en-GB, de", "Summarize", "Task not found")]
    [InlineData("ja", "Summarize", "Task not found")]
    [InlineData("not a language;;;", "Summarize", "Task not found")]
    public async Task Answers_come_in_the_callers_language(string acceptLanguage, string summary, string notFound)
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Providers:BuiltIn:Enabled"] = "true" }
        );
        using var alice = await server.UserAsync("alice");
        alice.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", acceptLanguage);

        var types = Data(await alice.GetStringAsync("/ocs/v2.php/taskprocessing/tasktypes")).GetProperty("types");
        types.GetProperty("core:text2text:summary").GetProperty("name").GetString().Should().Be(summary);
        var missing = await alice.GetAsync("/ocs/v2.php/taskprocessing/task/7");
        Data(await missing.Content.ReadAsStringAsync()).GetProperty("message").GetString().Should().Be(notFound);
    }

    [Theory]
    [InlineData("de")]
    [InlineData("fr")]
    public void Every_text_of_the_built_in_types_is_translated_but_the_two_names_that_clients_match_on(string code)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        context.Request.Headers.AcceptLanguage = code;
        var language = AnswerLanguage.Of(context.Request);

        language.Code.Should().Be(code);
        language.Translate("Chat").Should().Be("Chat");
        language.Translate("Translate").Should().Be("Translate");
        var sentences = CoreTaskTypes.All.SelectMany(type =>
            type.InputShape.Concat(type.OutputShape).Select(slot => slot.Description).Append(type.Description)
        );
        sentences.Should().OnlyContain(sentence => language.Translate(sentence) != sentence);
    }

    private static JsonElement Data(string envelope) => JsonElement.Parse(envelope).GetProperty("ocs").GetProperty("data");
}
