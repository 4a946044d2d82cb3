using System.Text;
using TaskProcessing.Server.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>The headers that every response has, whoever made it.</summary>
public sealed class ResponseHeaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_response_forbids_a_browser_what_an_answer_does_not_need()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Metrics:Enabled"] = "true", ["Metrics:Token"] = "a-long-token-of-the-scraper" }
        );
        using var client = new HttpClient { BaseAddress = server.Address };
        foreach (
            var (method, path, status) in new[]
            {
                ("GET", "/status.php", 200),
                ("GET", "/", 200),
                ("GET", "/health/live", 200),
                ("GET", "/swagger/index.html", 200),
                ("GET", "/swagger/ocs/swagger.json", 200),
                ("GET", "/nowhere", 404),
                ("GET", "/ocs/v2.php/taskprocessing/nowhere", 404),
                ("GET", "/api/v1/nowhere", 404),
                ("GET", "/api/v1/tasks", 401),
                ("GET", "/metrics", 401),
                ("PROPFIND", "/remote.php/dav/files/alice/", 401),
                ("GET", "/ocs/v2.php/taskprocessing/tasktypes", 412),
                ("DELETE", "/status.php", 405),
                // Answered by the handler of exceptions, which begins the response anew.
                ("POST", "/index.php/login/v2/poll", 400),
            }
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method == "POST")
                request.Content = new StringContent("{", Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request, Token);

            ((int)answer.StatusCode).Should().Be(status, path);
            Header(answer, "Content-Security-Policy")
                .Should()
                .StartWith("default-src 'none'; ", path)
                .And.Contain("frame-ancestors 'none'");
            Header(answer, "X-Content-Type-Options").Should().Be("nosniff", path);
            Header(answer, "Referrer-Policy").Should().NotBeEmpty(path);
            Header(answer, "X-Request-Id").Should().NotBeEmpty(path);
            answer.Headers.Contains("Server").Should().BeFalse(path);
            answer.Headers.Contains("Strict-Transport-Security").Should().BeFalse(path);
        }
    }

    [Fact]
    public async Task A_browser_that_came_by_TLS_is_told_to_stay_with_it()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Http:HstsDays"] = "365", ["Proxies:Trusted:0"] = "127.0.0.0/8" }
        );
        using var client = new HttpClient { BaseAddress = server.Address };

        (await client.GetAsync("/status.php", Token)).Headers.Contains("Strict-Transport-Security").Should().BeFalse();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        foreach (var path in new[] { "/status.php", "/", "/nowhere" })
            Header(await client.GetAsync(path, Token), "Strict-Transport-Security").Should().Be("max-age=31536000", path);
    }

    [Fact]
    public async Task The_page_of_the_API_documents_works_under_its_policy()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await PageBrowser.StartAsync(server);

        await browser.Page.GotoAsync("/swagger");

        await Expect(browser.Page.Locator(".opblock").First).ToBeVisibleAsync();
        browser.Errors.Should().BeEmpty();
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
