using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav;

namespace TaskProcessing.Server.Tests.Dav;

public sealed class DavPartsTests
{
    [Theory]
    [InlineData("/remote.php/dav/files/alice/a/b", "a/b")]
    [InlineData("/remote.php/dav/files/alice/", "")]
    [InlineData("/remote.php/webdav//a///b/", "a/b")]
    [InlineData("/index.php/remote.php/webdav/a", "a")]
    [InlineData("https://cloud.example.org:8443/remote.php/webdav/a%20b?x=1", "a b")]
    [InlineData("/remote.php/webdav/100%25%20%3F%23", "100% ?#")]
    [InlineData("/remote.php/webdav/%E4%BD%A0", "你")]
    public void An_address_leads_to_a_place(string url, string path) =>
        DavAddress.Parse(url, "alice")!.Value.Path.Should().Be(new FilePath(FileTree.Files, path));

    [Theory]
    [InlineData("/remote.php/dav/files/bob/a")]
    [InlineData("/remote.php/dav/files/alice/../bob/a")]
    [InlineData("/remote.php/dav/files/alice/%2e%2e/a")]
    [InlineData("/remote.php/webdav/a%2Fb")]
    [InlineData("/remote.php/webdav/a%00b")]
    [InlineData("/remote.php/webdav/a%FFb")]
    [InlineData("/remote.php/webdav/a#b")]
    [InlineData("/remote.php/dav/")]
    [InlineData("/ocs/v2.php/x")]
    [InlineData("https://cloud.example.org")]
    public void Nothing_else_does(string url) => DavAddress.Parse(url, "alice").Should().BeNull();

    [Fact]
    public void A_place_is_written_as_it_is_read()
    {
        var address = DavAddress.Parse("/remote.php/dav/files/al%40ice/x", "al@ice")!.Value;

        var href = address.Href(new FilePath(FileTree.Files, "ü \"q\"/100% #?&"), isFolder: true);

        href.Should().Be("/remote.php/dav/files/al%40ice/%C3%BC%20%22q%22/100%25%20%23%3F%26/");
        DavAddress.Parse(href, "al@ice")!.Value.Path.Text.Should().Be("ü \"q\"/100% #?&");
    }

    /// <summary>The text that a record makes of itself had no end, because the top is its own parent.</summary>
    [Fact]
    public void A_place_can_be_shown()
    {
        var address = DavAddress.Parse("/remote.php/webdav/a/b", "alice")!.Value;

        address.Path.ToString().Should().Be("a/b");
        address.ToString().Should().Contain("a/b");
    }

    [Fact]
    public void An_if_header_is_read_whole()
    {
        var header = IfHeader.Parse("""</a> (<urn:1> ["x)y"]) (Not <DAV:no-lock>) <http://h/b> ([W/"z"])""")!;

        header
            .Lists.Select(list =>
                (list.Resource, Conditions: list.Conditions.Select(condition => (condition.Negated, condition.Token, condition.ETag)))
            )
            .Should()
            .BeEquivalentTo(
                new (string?, IEnumerable<(bool, string?, string?)>)[]
                {
                    ("/a", [(false, "urn:1", null), (false, null, "\"x)y\"")]),
                    ("/a", [(true, "DAV:no-lock", null)]),
                    ("http://h/b", [(false, null, "W/\"z\"")]),
                }
            );
        header.Tokens.Should().Equal("urn:1", "DAV:no-lock");
    }

    [Theory]
    [InlineData("")]
    [InlineData("()")]
    [InlineData("(<urn:1>")]
    [InlineData("(urn:1)")]
    [InlineData("<urn:1>")]
    [InlineData("nonsense")]
    public void A_malformed_If_header_is_refused(string text) => IfHeader.Parse(text).Should().BeNull();
}
