using System.Net;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Testing;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Endpoints that answer the address of an image or a sound in place of its bytes.</summary>
public sealed class LinkedMediaTests
{
    private const string Key = "very-secret-key";
    private const string NotAccepted = "The AI service answers in a way that this server does not accept. Please tell your administrator.";

    [Theory]
    [InlineData("{url}/files/a.png?sig=1")]
    [InlineData("/files/a.png?sig=1")]
    public async Task What_the_endpoint_itself_has_is_fetched_with_its_key(string address)
    {
        await using var bench = await StartAsync();
        Answers(bench, address.Replace("{url}", new Uri(bench.Endpoint.Url).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal));
        bench.Endpoint.Script.Enqueue(Png);

        using var run = await PaintAsync(bench);

        run.Failure.Should().BeNull();
        run.Uploaded.Values.Single().Should().Equal(FileDriver.Png);
        bench
            .Endpoint.Requests.Select(request => $"{request.Call} {request.Authorization}")
            .Should()
            .Equal($"POST /v1/images/generations Bearer {Key}", $"GET /files/a.png Bearer {Key}");
    }

    [Fact]
    public async Task What_is_elsewhere_is_refused_in_words_that_say_what_to_set()
    {
        await using var bench = await StartAsync();
        await using var elsewhere = await ModelEndpoint.StartAsync();
        Answers(bench, elsewhere.Url + "/a.png?sig=secret");

        using var run = await PaintAsync(bench);

        var failure = run.Failure.Should().BeOfType<TaskFailedException>().Subject;
        failure
            .Message.Should()
            .Be(
                "Endpoint test, model brush: The endpoint answered an address on 127.0.0.1 in place of a file. "
                    + "Providers:OpenAI:test:MediaHosts says from where such are fetched."
            );
        failure.UserMessage.Should().Be(NotAccepted);
        failure.Retryable.Should().BeFalse();
        elsewhere.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_host_that_is_named_is_called_without_the_key()
    {
        await using var bench = await StartAsync("127.0.0.1");
        await using var elsewhere = await ModelEndpoint.StartAsync();
        elsewhere.Otherwise = Png;
        Answers(bench, elsewhere.Url + "/a.png");

        using var run = await PaintAsync(bench);

        run.Failure.Should().BeNull();
        run.Uploaded.Values.Single().Should().Equal(FileDriver.Png);
        elsewhere.Requests.Single().Authorization.Should().BeEmpty();
    }

    [Theory]
    [InlineData("all", "localhost")]
    [InlineData("all", "127.0.0.1")]
    [InlineData("all", "[::ffff:127.0.0.1]")]
    [InlineData("*.0.0.1", "127.0.0.1")]
    public async Task A_pattern_never_leads_into_the_servers_own_network(string allowed, string host)
    {
        await using var bench = await StartAsync(allowed);
        await using var elsewhere = await ModelEndpoint.StartAsync();
        Answers(bench, $"http://{host}:{new Uri(elsewhere.Url).Port}/a.png");

        using var run = await PaintAsync(bench);

        var failure = run.Failure.Should().BeOfType<TaskFailedException>().Subject;
        failure.Message.Should().Contain("an address that Providers:OpenAI:test:MediaHosts does not allow");
        failure.Retryable.Should().BeFalse();
        elsewhere.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_redirect_is_checked_like_the_address_itself()
    {
        await using var bench = await StartAsync();
        await using var elsewhere = await ModelEndpoint.StartAsync();
        Answers(bench, "/a.png");
        bench.Endpoint.Script.Enqueue(LeadsTo(elsewhere.Url + "/a.png"));

        using var run = await PaintAsync(bench);

        run.Failure.Should().BeOfType<TaskFailedException>().Which.UserMessage.Should().Be(NotAccepted);
        elsewhere.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_redirect_to_a_host_that_is_named_is_followed_without_the_key()
    {
        await using var bench = await StartAsync("127.0.0.0/8");
        await using var elsewhere = await ModelEndpoint.StartAsync();
        elsewhere.Otherwise = Png;
        Answers(bench, "/a.png");
        bench.Endpoint.Script.Enqueue(LeadsTo("/b.png"));
        bench.Endpoint.Script.Enqueue(LeadsTo(elsewhere.Url + "/c.png"));

        using var run = await PaintAsync(bench);

        run.Failure.Should().BeNull();
        elsewhere.Requests.Single().Authorization.Should().BeEmpty();
        bench.Endpoint.Requests.Should().HaveCount(3).And.OnlyContain(request => request.Authorization == $"Bearer {Key}");
    }

    [Fact]
    public async Task A_ring_of_redirects_ends()
    {
        await using var bench = await StartAsync();
        Answers(bench, "/a.png");
        bench.Endpoint.Otherwise = LeadsTo("/a.png");

        using var run = await PaintAsync(bench);

        run.Failure!.Message.Should()
            .Be("Endpoint test, model brush: The file that the endpoint made is on 127.0.0.1, which leads to no file.");
        bench.Endpoint.Requests.Should().HaveCount(5);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/a.png")]
    [InlineData("gopher://127.0.0.1/a.png")]
    public async Task An_address_of_another_kind_is_none(string address)
    {
        await using var bench = await StartAsync("all", "127.0.0.1");
        Answers(bench, address);

        using var run = await PaintAsync(bench);

        run.Failure!.Message.Should().StartWith("Endpoint test, model brush: The endpoint answered no image: ");
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("http://user:password@127.0.0.1/a.png")]
    [InlineData("http://127.0.0.1:x/a.png")]
    public async Task An_address_with_credentials_or_broken_is_called_by_nobody(string address)
    {
        await using var bench = await StartAsync("all", "127.0.0.1");
        Answers(bench, address);

        using var run = await PaintAsync(bench);

        run.Failure!.Message.Should().EndWith("one that is not fetched from anywhere.");
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task What_cannot_be_fetched_now_is_fetched_later_and_not_made_again()
    {
        await using var bench = await StartAsync();
        Answers(bench, "/a.png");
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(503, ""));
        bench.Endpoint.Script.Enqueue(Png);

        using var run = bench.Start(new TaskOutput { { "input", "A boat" }, { "numberOfImages", 1 } }, "core:text2image");
        await bench.PassAsync(1);
        await run.Completion;

        run.Failure.Should().BeNull();
        bench.Endpoint.Requests.Select(request => request.Call).Should().Equal("POST /v1/images/generations", "GET /a.png", "GET /a.png");
    }

    [Fact]
    public async Task What_is_gone_or_too_large_or_no_image_is_not_stored()
    {
        await using var bench = await StartAsync();
        List<string> problems = [];
        foreach (var file in new[] { ModelEndpoint.Answers(404, "?"), ModelEndpoint.NeverEnds(), ModelEndpoint.Answers(200, "<html>") })
        {
            Answers(bench, "/a.png");
            bench.Endpoint.Script.Enqueue(file);
            using var run = await PaintAsync(bench);
            problems.Add(run.Failure!.Message);
            run.Uploaded.Should().BeEmpty();
        }

        problems
            .Should()
            .Equal(
                "Endpoint test, model brush: The file that the endpoint made is on 127.0.0.1, which answered 404.",
                "Endpoint test, model brush: The answer has more than 67108864 bytes.",
                "Endpoint test, model brush: The endpoint answered text/plain; charset=utf-8 instead of image."
            );
    }

    [Fact]
    public async Task A_sound_may_be_an_address_as_well()
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(200, """{"audio":{"url":"/a.mp3"}}"""));
        bench.Endpoint.Script.Enqueue(new Reply(200, "audio/mpeg", SmallFiles.Wav).SendAsync);

        using var run = await bench.RunAsync("""{"input":"Hello"}""", "core:text2speech");

        run.UploadedNames.Values.Should().Equal("speech.wav");
    }

    [Theory]
    [InlineData("cdn.example", "CDN.example", "10.0.0.1", true)]
    [InlineData("cdn.example", "cdn.example", "8.8.8.8", true)]
    [InlineData("cdn.example", "a.cdn.example", "8.8.8.8", false)]
    [InlineData("*.cdn.example", "a.cdn.example", "8.8.8.8", true)]
    [InlineData("*.cdn.example", "a.b.CDN.example", "8.8.8.8", true)]
    [InlineData("*.cdn.example", "a.cdn.example", "10.0.0.1", false)]
    [InlineData("*.cdn.example", "cdn.example", "8.8.8.8", false)]
    [InlineData("*.cdn.example", "evilcdn.example", "8.8.8.8", false)]
    [InlineData("all", "any.example", "8.8.8.8", true)]
    [InlineData("all", "any.example", "169.254.169.254", false)]
    [InlineData("all", "all", "169.254.169.254", false)]
    [InlineData("10.0.0.0/8", "10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "any.example", "10.1.2.3", false)]
    [InlineData("10.0.0.1", "10.0.0.1", "10.0.0.1", true)]
    public void A_host_is_allowed_by_name_or_pattern_and_its_address_with_it(string allowed, string host, string address, bool isAllowed)
    {
        var hosts = new AllowedHosts([allowed]);

        (hosts.Cover(host) && hosts.Allow(host, IPAddress.Parse(address))).Should().Be(isAllowed);
    }

    private static Task<EndpointBench> StartAsync(params string[] hosts) =>
        EndpointBench.StartAsync(
            new OpenAIEndpointOptions
            {
                Key = Key,
                ImageModel = "brush",
                SpeechModel = "mouth",
                MediaHosts = [.. hosts],
            }
        );

    private static void Answers(EndpointBench bench, string address) =>
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(200, $$"""{"data":[{"url":"{{address}}"}]}"""));

    private static Task<ProviderTestRun> PaintAsync(EndpointBench bench) =>
        bench.RunAsync("""{"input":"A boat","numberOfImages":1}""", "core:text2image");

    private static Task Png(HttpContext context) => new Reply(200, "image/png", FileDriver.Png).SendAsync(context);

    private static Func<HttpContext, Task> LeadsTo(string address) =>
        context =>
        {
            context.Response.Redirect(address);
            return Task.CompletedTask;
        };
}
