using System.Net;
using Microsoft.Extensions.Configuration;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Pages of other sites may call the APIs where the operator has allowed their origins.</summary>
public sealed class AllowedOriginTests
{
    private const string Allowed = "https://app.example.org";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ocs/v2.php/taskprocessing/schedule", "POST")]
    [InlineData("/api/v1/tasks", "POST")]
    [InlineData("/remote.php/dav/files/alice/a.txt", "PUT")]
    public async Task A_browser_learns_that_an_allowed_page_may_call_and_no_other(string path, string method)
    {
        await using var server = await StartAsync();

        using var allowed = await PreflightAsync(server, path, method, Allowed);
        allowed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        Header(allowed, "Access-Control-Allow-Origin").Should().Be(Allowed);
        Header(allowed, "Access-Control-Allow-Headers").Should().Be("authorization,ocs-apirequest");
        allowed.Headers.Contains("Access-Control-Allow-Credentials").Should().BeFalse();
        foreach (
            var origin in new[] { "https://app.example.org.evil.example", "http://app.example.org", "https://app.example.org:444", "null" }
        )
        {
            using var foreign = await PreflightAsync(server, path, method, origin);
            foreign.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse(origin);
        }
    }

    [Fact]
    public async Task An_allowed_page_reads_answers_and_refusals()
    {
        await using var server = await StartAsync();
        var token = await server.AddUserAsync("alice");
        using var page = new HttpClient { BaseAddress = server.Address };
        page.DefaultRequestHeaders.Add("Origin", Allowed);
        page.DefaultRequestHeaders.Add("Authorization", $"Basic {TestServer.Base64($"alice:{token}")}");
        page.DefaultRequestHeaders.Add("OCS-APIRequest", "true");

        foreach (
            var (path, status) in new[]
            {
                ("/ocs/v2.php/taskprocessing/tasks", HttpStatusCode.OK),
                ("/ocs/v2.php/taskprocessing/task/999", HttpStatusCode.NotFound),
                ("/api/v1/tasks", HttpStatusCode.OK),
            }
        )
        {
            using var answer = await page.GetAsync(path, Token);
            answer.StatusCode.Should().Be(status, path);
            Header(answer, "Access-Control-Allow-Origin").Should().Be(Allowed);
            Header(answer, "Access-Control-Expose-Headers").Should().Contain("Retry-After");
        }

        page.DefaultRequestHeaders.Remove("Origin");
        page.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        (await page.GetAsync("/api/v1/tasks", Token)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Unless_an_origin_is_allowed_nothing_is_permitted()
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await PreflightAsync(server, "/api/v1/tasks", "POST", Allowed);

        answer.Headers.Should().NotContain(header => header.Key.StartsWith("Access-Control-"));
    }

    [Theory]
    [InlineData("https://app.example.org/")]
    [InlineData("https://app.example.org/path")]
    [InlineData("app.example.org")]
    [InlineData("*")]
    [InlineData("ftp://app.example.org")]
    public void What_is_no_origin_is_named_before_the_server_starts(string origin) =>
        SettingProblems
            .Of(new ConfigurationBuilder().AddInMemoryCollection([new("Http:AllowedOrigins:0", origin)]).Build())
            .Should()
            .ContainSingle()
            .Which.Should()
            .Contain($"Http:AllowedOrigins:0 \"{origin}\" is no origin like https://app.example.org");

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(settings: new Dictionary<string, string> { ["Http:AllowedOrigins:0"] = Allowed });

    private static async Task<HttpResponseMessage> PreflightAsync(TestServer server, string path, string method, string origin)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,ocs-apirequest");
        return await client.SendAsync(request, Token);
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
