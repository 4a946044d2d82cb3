using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Contract;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Bodies that would cost the server its stack, its time or the form of its answers.</summary>
public sealed class DavBodyTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private HttpClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _alice = await _server.UserAsync("alice");
        (await _alice.StatusAsync("PUT", "x", "content")).Should().Be(HttpStatusCode.Created);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("PROPPATCH")]
    [InlineData("PROPFIND")]
    [InlineData("LOCK")]
    public async Task XML_is_nested_to_a_limit_on_every_verb(string verb)
    {
        // The frame of the body counts, too.
        var allowed = DavBody.MaxDepth - (verb == "PROPPATCH" ? 3 : 2);
        (await StatusAsync(verb, Nested(allowed))).Should().BeOneOf(HttpStatusCode.MultiStatus, HttpStatusCode.OK);

        foreach (var depth in new[] { allowed + 1, 100, 1_000, 10_000, 30_000, 60_000 })
        {
            var refused = await _alice.DavAsync(verb, "x", Body(verb, Nested(depth)));
            refused.StatusCode.Should().BeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge);
            (await MessageAsync(refused)).Should().MatchRegex($"more than ({DavBody.MaxDepth} deep|{DavBody.MaxParts} elements)");
        }
    }

    [Theory]
    [InlineData("PROPPATCH")]
    [InlineData("PROPFIND")]
    [InlineData("LOCK")]
    public async Task XML_has_a_limit_of_parts_of_any_kind(string verb)
    {
        string[] inners =
        [
            Repeated(115_000, index => $"<p{index}/>"),
            Repeated(80_000, _ => "<p/>"),
            Repeated(5_000, index => $"<n:p xmlns:n=\"urn:{index}\"/>"),
            $"<p {Repeated(20_000, index => $"a{index}=\"\" ")}/>",
            $"<p {Repeated(20_000, index => $"xmlns:a{index}=\"urn:{index}\" ")}/>",
            $"<p>{Repeated(80_000, _ => "a<!---->")}</p>",
            $"<p>{Repeated(60_000, _ => "<![CDATA[]]>")}</p>",
        ];
        foreach (var inner in inners)
        {
            var refused = await _alice.DavAsync(verb, "x", Body(verb, inner));
            refused.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
            (await MessageAsync(refused)).Should().Match($"*more than {DavBody.MaxParts} *");
        }
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused_by_its_length()
    {
        var refused = await _alice.DavAsync("PROPPATCH", "x", new string(' ', (1024 * 1024) + 1));

        refused.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await MessageAsync(refused)).Should().Contain("1048576 bytes");
    }

    [Fact]
    public async Task Names_of_elements_and_attributes_have_a_limit()
    {
        (await StatusAsync("PROPPATCH", $"<{new string('a', 250)}/>")).Should().Be(HttpStatusCode.MultiStatus);
        (await StatusAsync("PROPPATCH", $"<{new string('a', 251)}/>")).Should().Be(HttpStatusCode.BadRequest);
        (await StatusAsync("PROPPATCH", $"<p {new string('a', 251)}=\"\"/>")).Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("PROPPATCH")]
    [InlineData("PROPFIND")]
    public async Task A_request_names_properties_to_a_limit(string verb)
    {
        (await StatusAsync(verb, Repeated(250, index => $"<p{index}/>"))).Should().Be(HttpStatusCode.MultiStatus);

        var refused = await _alice.DavAsync(verb, "x", Body(verb, Repeated(251, index => $"<p{index}/>")));

        refused.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await MessageAsync(refused)).Should().Be("A request may name 250 properties, not 251");
    }

    [Theory]
    [InlineData("&#1;")]
    [InlineData("&#0;")]
    [InlineData("&#xFFFF;")]
    [InlineData("&#xD800;")]
    [InlineData("\u0001")]
    [InlineData("\uFFFF")]
    [InlineData("&unknown;")]
    [InlineData("<")]
    public async Task Characters_that_XML_does_not_have_are_refused_in_whole_XML(string text)
    {
        foreach (var verb in new[] { "PROPPATCH", "PROPFIND", "LOCK" })
        {
            var refused = await _alice.DavAsync(verb, "x", Body(verb, $"<p>{text}</p>"));

            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await MessageAsync(refused)).Should().StartWith("The request body is not valid XML");
        }
    }

    [Fact]
    public async Task Characters_that_XML_does_not_have_do_not_break_other_answers_off()
    {
        var login = ("Authorization", $"Basic {TestServer.Base64("alice:token-of-alice")}");
        var odd = await new RawHttp(_server.Address).SendAsync(
            "PROPFIND",
            "/remote.php/webdav/",
            [login, ("Depth", "\u0001\uFFFF")],
            null,
            TestContext.Current.CancellationToken
        );
        odd.Status.Should().Be(400);
        odd.Text.Should().EndWith("</d:error>");

        (await _alice.StatusAsync("PUT", "%EF%BF%BF", "x")).Should().Be(HttpStatusCode.BadRequest, "no listing could name it");
        (await _alice.StatusAsync("MOVE", "x", null, ("Destination", "%EF%BF%BE"))).Should().Be(HttpStatusCode.BadRequest);
        (await _alice.StatusAsync("PUT", "%F0%9F%98%80", "x")).Should().Be(HttpStatusCode.Created, "it has two halves and is whole");
        (await _alice.FindAsync("", 1, D + "displayname"))
            .Values.Select(found => found[D + "displayname"].Value)
            .Should()
            .BeEquivalentTo("alice", "x", "😀");
    }

    [Fact]
    public async Task Conditions_have_a_limit()
    {
        string If(int count) => string.Concat(Enumerable.Repeat("([\"a\"])", count));

        (await _alice.StatusAsync("PUT", "x", "y", ("If", If(100)))).Should().Be(HttpStatusCode.PreconditionFailed);
        var refused = await _alice.DavAsync("PUT", "x", "y", ("If", If(101)));
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageAsync(refused)).Should().Contain("100 conditions");
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PROPPATCH")]
    [InlineData("DELETE")]
    public async Task Conditions_are_about_a_limited_number_of_resources(string verb)
    {
        // That of the request is one, and each counts once.
        static string If(int others) =>
            "([\"a\"])" + Repeated(3, _ => Repeated(others, number => $" </remote.php/dav/files/alice/{number}> ([\"a\"]) ([\"b\"])"));

        (await _alice.StatusAsync(verb, "x", Body(verb, "<a/>"), ("If", If(9)))).Should().Be(HttpStatusCode.PreconditionFailed);

        var refused = await _alice.DavAsync(verb, "x", Body(verb, "<a/>"), ("If", If(10)));
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageAsync(refused)).Should().Contain("10 resources");
        (await _alice.StatusAsync("GET", "x")).Should().Be(HttpStatusCode.OK, "nothing has happened");
    }

    [Fact]
    public async Task Locks_are_told_of_each_entry_to_a_limit()
    {
        const string locks = """<d:propfind xmlns:d="DAV:"><d:prop><d:lockdiscovery/></d:prop></d:propfind>""";
        const string sizes = """<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>""";
        await HoldAsync(count: 1000);
        // With the top and x there are 200, and 200,000 is the limit.
        for (var number = 0; number < 198; number++)
            (await _alice.StatusAsync("PUT", $"{number}", "")).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("PROPFIND", "", locks, ("Depth", "1"))).Should().Be(HttpStatusCode.MultiStatus);
        (await _alice.StatusAsync("PUT", "one-more", "")).Should().Be(HttpStatusCode.Created);

        foreach (var depth in new[] { "1", "infinity" })
        {
            var refused = await _alice.DavAsync("PROPFIND", "", locks, ("Depth", depth));
            refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await MessageAsync(refused)).Should().Contain("too many locks, 1000,").And.Contain("201 files and folders");
        }

        (await _alice.StatusAsync("PROPFIND", "", body: null, ("Depth", "1"))).Should().Be(HttpStatusCode.Forbidden, "it is for all");
        (await _alice.StatusAsync("PROPFIND", "", sizes, ("Depth", "1"))).Should().Be(HttpStatusCode.MultiStatus);
        (await _alice.StatusAsync("PROPFIND", "x", locks, ("Depth", "0"))).Should().Be(HttpStatusCode.MultiStatus);
    }

    [Fact]
    public async Task A_user_holds_locks_to_a_limit()
    {
        const string body =
            """<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>""";
        await HoldAsync(count: 999);

        (await _alice.StatusAsync("LOCK", "x", body)).Should().Be(HttpStatusCode.OK);
        (await _alice.StatusAsync("LOCK", "x", body)).Should().Be(HttpStatusCode.InsufficientStorage);
    }

    [Fact]
    public async Task A_property_that_is_set_again_is_there_once_and_one_that_is_removed_is_gone()
    {
        await StatusAsync("PROPPATCH", "<a>1</a><b/><a>2</a>");
        (await _alice.FindAsync("x", 0))["/remote.php/dav/files/alice/x"]
            .Where(found => found.Key.NamespaceName.Length == 0)
            .Should()
            .SatisfyRespectively(a => a.Value.Value.Should().Be("2"), b => b.Key.LocalName.Should().Be("b"));

        var both =
            """<d:propertyupdate xmlns:d="DAV:"><d:remove><d:prop><a/></d:prop></d:remove><d:set><d:prop><b>3</b></d:prop></d:set>"""
            + """</d:propertyupdate>""";
        (await _alice.StatusAsync("PROPPATCH", "x", both)).Should().Be(HttpStatusCode.MultiStatus);
        (await _alice.FindAsync("x", 0))["/remote.php/dav/files/alice/x"]
            .Where(found => found.Key.NamespaceName.Length == 0)
            .Should()
            .ContainSingle()
            .Which.Value.Value.Should()
            .Be("3");
    }

    [Fact]
    public async Task Names_and_namespaces_of_all_kinds_come_back_as_they_were_sent()
    {
        XNamespace odd = "urn:a&b<\"c\"\n>";
        XName[] names = [odd + "p", D + "p", "p", XNamespace.Xml + "p", (XNamespace)"http://owncloud.org/ns" + "p-1.ä"];
        var set = new XElement(
            D + "propertyupdate",
            new XElement(D + "set", new XElement(D + "prop", names.Select(name => new XElement(name, new XElement(odd + "in"), "text"))))
        );

        (await _alice.StatusAsync("PROPPATCH", "x", set.ToString(SaveOptions.DisableFormatting))).Should().Be(HttpStatusCode.MultiStatus);

        var found = (await _alice.FindAsync("x", 0, names))["/remote.php/dav/files/alice/x"];
        found.Keys.Should().BeEquivalentTo(names);
        found.Values.Should().OnlyContain(property => property.Value == "text" && property.Elements(odd + "in").Count() == 1);
        var asked = new XElement(D + "propfind", new XElement(D + "prop", new XElement(odd + "q")));
        var none = XDocument.Parse(
            await (await _alice.DavAsync("PROPFIND", "x", asked.ToString(SaveOptions.DisableFormatting))).Content.ReadAsStringAsync()
        );
        none.Descendants(odd + "q").Should().ContainSingle();
    }

    /// <summary>Locks elsewhere, past the server.</summary>
    private async Task HoldAsync(int count)
    {
        await using var db = await _server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync();
        db.AddRange(
            Enumerable
                .Range(0, count)
                .Select(number => new FileLock
                {
                    Token = $"urn:{number}",
                    UserId = "alice",
                    Tree = FileTree.Files,
                    PathText = $"elsewhere/{number}",
                    ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
                })
        );
        await db.SaveChangesAsync();
    }

    private async Task<HttpStatusCode> StatusAsync(string verb, string inner) => await _alice.StatusAsync(verb, "x", Body(verb, inner));

    private static string Body(string verb, string inner) =>
        verb switch
        {
            "PROPPATCH" => $"""<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>{inner}</d:prop></d:set></d:propertyupdate>""",
            "PROPFIND" => $"""<d:propfind xmlns:d="DAV:"><d:prop>{inner}</d:prop></d:propfind>""",
            _ => $"""<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>{inner}"""
                + $"""</d:owner></d:lockinfo>""",
        };

    private static string Nested(int depth) => $"{Repeated(depth, _ => "<a>")}{Repeated(depth, _ => "</a>")}";

    private static string Repeated(int count, Func<int, string> part)
    {
        var text = new StringBuilder();
        for (var index = 0; index < count; index++)
            text.Append(part(index));
        return text.ToString();
    }
}
