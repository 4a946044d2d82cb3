using System.Net;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Names as Macs send them, and names that no client could read.</summary>
public sealed class DavNameTests : IAsyncLifetime
{
    private const string Composed = "%C3%BC.txt";
    private const string Decomposed = "u%CC%88.txt";

    private TestServer _server = null!;
    private HttpClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _alice = await _server.UserAsync("alice");
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("u\u0308", "\u00FC")]
    [InlineData("\u00FC", "\u00FC")]
    [InlineData("A\u030A", "\u00C5")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\U0001F600u\u0308", "\U0001F600\u00FC")]
    [InlineData("\uD800u\u0308", "\uD800\u00FC")]
    public void Names_are_composed(string name, string composed) => FileName.Normalize(name).Should().Be(composed);

    [Fact]
    public async Task A_name_is_the_same_composed_and_decomposed_in_every_place()
    {
        (await _alice.StatusAsync("PUT", Decomposed, "one")).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("PUT", Composed, "two")).Should().Be(HttpStatusCode.NoContent);
        (await (await _alice.DavAsync("GET", Decomposed)).Content.ReadAsStringAsync()).Should().Be("two");

        (await _alice.StatusAsync("MKCOL", "o%CC%88")).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("MKCOL", "%C3%B6")).Should().Be(HttpStatusCode.MethodNotAllowed);
        (await _alice.StatusAsync("MOVE", Composed, null, ("Destination", $"o%CC%88/a%CC%88.txt"))).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("COPY", "%C3%B6/a%CC%88.txt", null, ("Destination", Decomposed))).Should().Be(HttpStatusCode.Created);

        (await HrefsAsync("")).Should().BeEquivalentTo("", "%C3%B6/", Composed);
        (await HrefsAsync("o%CC%88")).Should().BeEquivalentTo("%C3%B6/", "%C3%B6/%C3%A4.txt");
        (await _alice.StatusAsync("PUT", "x%CC%88/y", "no such folder")).Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task An_upload_in_parts_lands_on_the_composed_name()
    {
        const string upload = "/remote.php/dav/uploads/alice/u%CC%88pload";
        (await _alice.StatusAsync("MKCOL", upload)).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("PUT", "/remote.php/dav/uploads/alice/%C3%BCpload/1", "parts")).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("MOVE", $"{upload}/.file", null, ("Destination", Decomposed))).Should().Be(HttpStatusCode.Created);

        (await HrefsAsync("")).Should().BeEquivalentTo("", Composed);
    }

    [Theory]
    [InlineData("%01", "U+0001")]
    [InlineData("a%09b", "U+0009")]
    [InlineData("a%0Ab", "U+000A")]
    [InlineData("a%7Fb", "U+007F")]
    [InlineData("a%C2%85b", "U+0085")]
    [InlineData("%EF%BF%BE", "U+FFFE")]
    [InlineData("%EF%BF%BF", "U+FFFF")]
    [InlineData("%EF%B7%90", "U+FDD0")]
    [InlineData("%F0%9F%BF%BE", "U+1FFFE")]
    [InlineData("a%5Cb", "\\")]
    [InlineData("a%2Fb", "/")]
    [InlineData("%20", "blanks")]
    [InlineData("%20%C2%A0%E3%80%80", "blanks")]
    [InlineData("%FF", "UTF-8")]
    [InlineData("%ED%A0%80", "UTF-8")]
    [InlineData("%C3", "UTF-8")]
    public async Task A_name_that_no_listing_could_show_is_refused_with_the_reason(string name, string reason)
    {
        (await _alice.StatusAsync("PUT", "x", "content")).Should().Be(HttpStatusCode.Created);
        (string Verb, string Path, string? Destination)[] ways =
        [
            ("PUT", name, null),
            ("MKCOL", name, null),
            ("LOCK", name, null),
            ("MOVE", "x", name),
            ("COPY", "x", name),
            ("MKCOL", $"/remote.php/dav/uploads/alice/{name}", null),
        ];

        foreach (var (verb, path, destination) in ways)
        {
            var answer = destination is null
                ? await _alice.DavAsync(verb, path)
                : await _alice.DavAsync(verb, path, null, ("Destination", destination));
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, $"{verb} {path}");
            (await MessageAsync(answer)).Should().Contain(reason);
        }

        (await _alice.StatusAsync("GET", name)).Should().Be(HttpStatusCode.NotFound);
        (await HrefsAsync("")).Should().BeEquivalentTo("", "x");
    }

    [Theory]
    [InlineData("a", 255)]
    [InlineData("%C3%BC", 127)]
    [InlineData("u%CC%88", 127)]
    [InlineData("%F0%9F%98%80", 63)]
    public async Task A_name_has_as_many_bytes_as_file_systems_can_hold(string character, int most)
    {
        (await _alice.StatusAsync("PUT", string.Concat(Enumerable.Repeat(character, most)), "x")).Should().Be(HttpStatusCode.Created);

        var refused = await _alice.DavAsync("PUT", string.Concat(Enumerable.Repeat(character, most + 1)), "x");
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageAsync(refused)).Should().Contain("255 bytes");
    }

    [Theory]
    [InlineData("100% #1?")]
    [InlineData(" a <b>&\"'")]
    [InlineData("Ünï 😀.txt")]
    [InlineData("a:b*|;=+~")]
    public async Task An_unusual_name_that_can_be_shown_is_kept(string name)
    {
        (await _alice.StatusAsync("PUT", Uri.EscapeDataString(name), "x")).Should().Be(HttpStatusCode.Created);

        (await _alice.FindAsync("", 1, D + "displayname"))
            .Values.Select(found => found[D + "displayname"].Value)
            .Should()
            .BeEquivalentTo("alice", name);
    }

    /// <summary>They come from a time when the rules were laxer.</summary>
    [Theory]
    [InlineData("a\uFFFEb", "a\uFFFDb")]
    [InlineData("a\u0001\tb", "a\uFFFD\tb")]
    [InlineData("   ", "   ")]
    [InlineData("a\\b", "a\\b")]
    public async Task A_stored_name_that_is_refused_today_is_listed_read_and_renamed(string stored, string shown)
    {
        (await _alice.StatusAsync("PUT", "x", "content")).Should().Be(HttpStatusCode.Created);
        await using (var db = await _server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync())
        {
            var token = TestContext.Current.CancellationToken;
            await db.Set<StoredFile>()
                .Where(file => file.Name == "x")
                .ExecuteUpdateAsync(set => set.SetProperty(f => f.Name, stored), token);
        }

        var listed = await _alice.DavAsync("PROPFIND", "", null, ("Depth", "1"));
        var answer = XDocument.Parse(await listed.Content.ReadAsStringAsync(), LoadOptions.PreserveWhitespace);
        answer.Descendants(D + "displayname").Select(name => name.Value).Should().BeEquivalentTo("alice", shown);

        var href = answer.Descendants(D + "href").Last().Value;
        (await (await _alice.DavAsync("GET", href)).Content.ReadAsStringAsync()).Should().Be("content");
        (await _alice.StatusAsync("MOVE", href, null, ("Destination", "y"))).Should().Be(HttpStatusCode.Created);
        (await HrefsAsync("")).Should().BeEquivalentTo("", "y");
    }

    private async Task<IEnumerable<string>> HrefsAsync(string path) =>
        (await _alice.FindAsync(path, 1, D + "displayname")).Keys.Select(href => href["/remote.php/dav/files/alice/".Length..]);
}
