using System.Net;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Pages of other sites may have a browser send requests, with the login that it keeps; they are refused.</summary>
public sealed class ForeignPageTests(ForeignPageTests.AttackedServer attacked) : IClassFixture<ForeignPageTests.AttackedServer>
{
    public static TheoryData<string, string> Faces =>
        new()
        {
            { "POST", "/api/v1/tasks?task_type=ocr" },
            { "GET", "/api/v1/tasks" },
            { "POST", "/ocs/v2.php/taskprocessing/schedule" },
            { "POST", "/ocs/v2.php/taskprocessing/task/1" },
            { "GET", "/ocs/v2.php/taskprocessing/task/1/file/1" },
            { "GET", "/ocs/v2.php/cloud/capabilities" },
            { "PUT", "/ocs/v2.php/apps/app_api/ex-app/status" },
            { "PUT", "/remote.php/dav/files/alice/a.txt" },
            { "MKCOL", "/remote.php/webdav/folder" },
        };

    [Theory]
    [MemberData(nameof(Faces))]
    public async Task Every_API_refuses_other_origins(string method, string path)
    {
        var own = attacked.Server.Address.Authority;
        foreach (
            var origin in new[]
            {
                "http://evil.example",
                "null",
                $"http://{own}.evil.example",
                "http://127.0.0.1:1",
                "https://127.0.0.1",
                $"http://{own}, http://evil.example",
                "nonsense",
            }
        )
        {
            (await SendAsync(method, path, ("Origin", origin))).Should().Be(HttpStatusCode.Forbidden, origin);
            (await SendAsync(method, path, ("Origin", origin), ("Sec-Fetch-Site", "same-site")))
                .Should()
                .Be(HttpStatusCode.Forbidden, origin);
        }
    }

    [Theory]
    [MemberData(nameof(Faces))]
    public async Task Own_pages_and_programs_are_not_refused(string method, string path)
    {
        (await SendAsync(method, path)).Should().NotBe(HttpStatusCode.Forbidden);
        (await SendAsync(method, path, ("Origin", $"http://{attacked.Server.Address.Authority}"))).Should().NotBe(HttpStatusCode.Forbidden);
        (await SendAsync(method, path, ("Origin", $"https://{attacked.Server.Address.Authority}")))
            .Should()
            .NotBe(HttpStatusCode.Forbidden, "a proxy may have ended TLS");
        (await SendAsync(method, path, ("Origin", "https://tasks.example"), ("Sec-Fetch-Site", "same-origin")))
            .Should()
            .NotBe(HttpStatusCode.Forbidden, "the browser knows what a proxy hides");
    }

    [Theory]
    [InlineData("http://tasks.example", HttpStatusCode.OK)]
    [InlineData("http://TASKS.example:80", HttpStatusCode.OK)]
    [InlineData("http://tasks.example:81", HttpStatusCode.Forbidden)]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    public async Task A_trusted_proxy_says_under_which_name_it_is_called(string origin, HttpStatusCode expected) =>
        (await SendAsync("GET", "/api/v1/tasks", ("X-Forwarded-Host", "tasks.example"), ("Origin", origin))).Should().Be(expected);

    [Theory]
    [InlineData("https://tasks.example", HttpStatusCode.OK)]
    [InlineData("http://tasks.example", HttpStatusCode.Forbidden)]
    public async Task Where_https_is_spoken_a_page_of_http_is_another_ones(string origin, HttpStatusCode expected) =>
        (await SendAsync("GET", "/api/v1/tasks", ("X-Forwarded-Host", "tasks.example"), ("X-Forwarded-Proto", "https"), ("Origin", origin)))
            .Should()
            .Be(expected);

    [Fact]
    public async Task Following_a_link_from_elsewhere_does_no_harm()
    {
        (await SendAsync("GET", "/api/v1/tasks", ("Sec-Fetch-Site", "cross-site"))).Should().Be(HttpStatusCode.OK);
        (await SendAsync("POST", "/api/v1/tasks?task_type=ocr", ("Sec-Fetch-Site", "cross-site"))).Should().Be(HttpStatusCode.Forbidden);
    }

    /// <summary>
    /// No browser adds these by itself, and a page may send them to another site only after the site has agreed, which
    /// this one does not.
    /// </summary>
    [Fact]
    public async Task Credentials_that_a_page_cannot_send_are_believed()
    {
        var token = await attacked.Server.AddUserAsync("talker");

        (await SendAsync("GET", "/ocs/v2.php/taskprocessing/tasks", ("Origin", "http://app.example"), ("Authorization", $"Bearer {token}")))
            .Should()
            .Be(HttpStatusCode.OK);
        var basic = $"Basic {TestServer.Base64($"talker:{token}")}";
        (
            await SendAsync(
                "GET",
                "/ocs/v2.php/taskprocessing/tasks",
                ("Origin", "nctalk://talk"),
                ("Authorization", basic),
                ("OCS-APIRequest", "true")
            )
        )
            .Should()
            .Be(HttpStatusCode.OK);
        (
            await SendAsync(
                "GET",
                "/ocs/v2.php/taskprocessing/tasks",
                ("Origin", "http://app.example"),
                ("Authorization", basic),
                ("OCS-APIRequest", "true")
            )
        )
            .Should()
            .Be(HttpStatusCode.Forbidden);
        (await SendAsync("GET", "/remote.php/webdav/", ("Origin", "nctalk://talk"), ("Authorization", basic)))
            .Should()
            .Be(HttpStatusCode.Forbidden);
    }

    private async Task<HttpStatusCode> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient { BaseAddress = attacked.Server.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return (await client.SendAsync(request)).StatusCode;
    }

    /// <summary>A server that allows anonymous callers, behind a proxy.</summary>
    public sealed class AttackedServer : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Server = await TestServer.StartAsync(
                settings: new Dictionary<string, string>
                {
                    ["Rest:Anonymous"] = "true",
                    ["Proxies:Trusted:0"] = "127.0.0.0/8",
                    ["RateLimits:Enabled"] = "false",
                }
            );

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
