using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers;

public sealed class CallExAppTests
{
    private static readonly JsonElement Parameters = JsonElement.Parse(
        """{"task":{"id":7,"input":{"a b":"ä&"},"list":[1,true],"none":null}}"""
    );

    [Theory]
    [InlineData("POST", "POST /hook?x=1", true)]
    [InlineData(
        "GET",
        "GET /hook?x=1&task%5Bid%5D=7&task%5Binput%5D%5Ba%20b%5D=%C3%A4%26&task%5Blist%5D%5B0%5D=1&task%5Blist%5D%5B1%5D=1",
        false
    )]
    public async Task A_call_goes_out_as_the_user_with_its_parameters_in_the_body_or_nested_in_the_query(
        string method,
        string sent,
        bool hasBody
    )
    {
        await using var app = await FakeExApp.StartAsync();
        app.Answers[sent] = (201, "made");

        var answer = await CallAsync(
            app.Url,
            new ExAppCall(new HttpMethod(method), "/hook?x=1", TimeSpan.FromSeconds(30)) { UserId = "alice", Json = Parameters }
        );

        answer
            .Should()
            .BeEquivalentTo(
                new
                {
                    IsGood = true,
                    Body = "made",
                    Reason = (string?)null,
                }
            );
        app.Calls.Should().Equal(sent);
        var (headers, body) = app.Requests.Single();
        body.Should().Be(hasBody ? Parameters.GetRawText() : "");
        Encoding.UTF8.GetString(Convert.FromBase64String(headers["AUTHORIZATION-APP-API"]!)).Should().Be("alice:hush");
    }

    [Fact]
    public async Task An_unreachable_app_is_an_answer_too() =>
        (await CallAsync("http://127.0.0.1:1", new ExAppCall(HttpMethod.Get, "/", TimeSpan.FromSeconds(30))))
            .Should()
            .Match<ExAppAnswer>(answer => !answer.IsGood && answer.Reason!.Length > 0);

    private static async Task<ExAppAnswer> CallAsync(string url, ExAppCall call)
    {
        using var callExApp = new CallExApp(Options.Create(new AppApiOptions()), TimeProvider.System);
        var app = new ExApp
        {
            Id = "app",
            Version = "1.0.0",
            ProtectedSecret = "",
            Url = url,
            CreatedAt = default,
        };
        return await callExApp.RunAsync(new KnownExApp(app, "hush"), call, TestContext.Current.CancellationToken);
    }
}
