using System.IO.Compression;
using System.Net;
using System.Text.Json;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>The files of the web pages, as browsers get them.</summary>
public sealed class PageTests
{
    private static readonly string Root = Path.Combine(Repository.Root, "src", "TaskProcessing.Server", "wwwroot");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_served_from_the_program_with_a_strict_policy()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = Browser(server);

        foreach (var path in new[] { "/", "/login/v2/flow/x" })
        {
            using var answer = await browser.GetAsync(path, Token);

            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answer.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            policy.Should().Contain("default-src 'none'").And.Contain("script-src 'self'").And.Contain("frame-ancestors 'none'");
            policy.Should().NotContain("unsafe");
            answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        }

        (await browser.GetAsync("/assets/no-such-file.js", Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.GetAsync("/assets/index.html", Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task A_file_is_compressed_as_the_browser_likes_and_sent_once(string encoding)
    {
        await using var server = await TestServer.StartAsync();
        using var browser = Browser(server);
        browser.DefaultRequestHeaders.Add("Accept-Encoding", encoding);

        using var answer = await browser.GetAsync("/assets/base.js", Token);

        answer.Content.Headers.ContentEncoding.Should().Equal(encoding == "identity" ? [] : [encoding]);
        answer.Headers.Vary.Should().Equal("Accept-Encoding");
        answer.Headers.CacheControl!.NoCache.Should().BeTrue();
        (await DecompressedAsync(answer)).Should().Equal(await File.ReadAllBytesAsync(Path.Combine(Root, "base.js"), Token));
        browser.DefaultRequestHeaders.Add("If-None-Match", answer.Headers.ETag!.ToString());
        using var again = await browser.GetAsync("/assets/base.js", Token);
        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task What_has_its_version_in_its_address_is_kept_by_the_browser()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = Browser(server);

        using var answer = await browser.GetAsync("/assets/vendor/htm-3.1.1/preact/standalone.mjs", Token);

        answer.Headers.CacheControl!.ToString().Should().Be("public, max-age=31536000, immutable");
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/javascript");
    }

    /// <summary>The issue's limit; scripts that a page loads later count too.</summary>
    [Fact]
    public async Task The_first_load_is_small()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = Browser(server);
        browser.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        var bytes = (await browser.GetByteArrayAsync("/", Token)).Length;
        var files = Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(Relative).Where(IsOfAssistant).ToList();
        files.Should().HaveCountGreaterThan(5);
        foreach (var file in files)
            bytes += (await browser.GetByteArrayAsync($"/assets/{file}", Token)).Length;

        bytes.Should().BeLessThan(150_000);

        static bool IsOfAssistant(string file) =>
            Path.GetExtension(file) is ".js" or ".mjs" or ".css" or ".svg" && !file.Contains("uplot") && !file.Contains("admin");
    }

    [Fact]
    public void No_page_has_a_script_or_a_style_in_it()
    {
        var pages = Directory.GetFiles(Root, "*.html");
        pages.Should().NotBeEmpty();
        foreach (var page in pages)
        {
            var text = File.ReadAllText(page);
            text.Should().NotMatchRegex(@"<script(?![^>]* src=)").And.NotMatchRegex(@"<style|\sstyle=|\son\w+=", page);
        }
    }

    /// <summary>Folders of vendor/ are called <c>package-version</c> and hold files of that package under the package's own paths.</summary>
    [Fact]
    public void Libraries_are_those_of_npm_unchanged()
    {
        NpmTools.Need("htm");
        var packages = Path.Combine(Repository.Root, "tests", "npm", "node_modules");
        var folders = Directory.GetDirectories(Path.Combine(Root, "vendor"));
        folders.Should().NotBeEmpty();
        foreach (var folder in folders)
        {
            var name = Path.GetFileName(folder);
            var package = Path.Combine(packages, name[..name.LastIndexOf('-')]);
            using var description = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "package.json")));
            name.Should().EndWith($"-{description.RootElement.GetProperty("version").GetString()}");
            File.Exists(Path.Combine(folder, "LICENSE")).Should().BeTrue(name);
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                // htm's standalone module has Preact inside, under its own licence.
                var original =
                    Path.GetFileName(file) == "LICENSE-preact"
                        ? Path.Combine(packages, "preact", "LICENSE")
                        : Path.Combine(package, Path.GetRelativePath(folder, file));
                File.ReadAllBytes(file).Should().Equal(File.ReadAllBytes(original), file);
            }
        }
    }

    private static HttpClient Browser(TestServer server) =>
        new(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = server.Address };

    private static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static async Task<byte[]> DecompressedAsync(HttpResponseMessage answer)
    {
        var content = await answer.Content.ReadAsStreamAsync(Token);
        await using var plain = answer.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(content, CompressionMode.Decompress),
            "gzip" => new GZipStream(content, CompressionMode.Decompress),
            _ => content,
        };
        using var bytes = new MemoryStream();
        await plain.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }
}
