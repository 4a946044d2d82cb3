using System.Net;
using System.Xml.Linq;
using TaskProcessing.Server.Http.Dav.Search;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>SEARCH as nc_py_api, Nextcloud's pages and its apps send it, on both databases.</summary>
public sealed class DavSearchTests
{
    private const string Everything = "";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_are_found_by_what_is_known_of_them(bool onPostgreSql)
    {
        await using var server = await TestServer.StartAsync(onPostgreSql ? DatabaseProvider.PostgreSql : DatabaseProvider.Sqlite);
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        await bob.StatusAsync("PUT", "/remote.php/webdav/one.txt", "of bob");
        await alice.StatusAsync("MKCOL", "dir%20%C3%BC%20%231");
        await alice.StatusAsync("MKCOL", "dir%20%C3%BC%20%231/sub");
        var one = await alice.DavAsync("PUT", "one.txt", "1", ("X-OC-MTime", "1000000000"));
        await alice.StatusAsync("PUT", "dir%20%C3%BC%20%231/Two.txt", "22", ("X-OC-MTime", "1500000000"));
        await alice.StatusAsync("PUT", "dir%20%C3%BC%20%231/sub/thr_e%25.png", "GIF89a", ("X-OC-MTime", "2000000000"));
        await alice.StatusAsync("PROPPATCH", "one.txt", Set("<oc:favorite xmlns:oc=\"http://owncloud.org/ns\">1</oc:favorite>"));
        var longId = one.Headers.GetValues("OC-FileId").Single();
        var id = $"{long.Parse(longId[..8])}";

        async Task<string[]> FindAsync(string where, string scope = "/files/alice/", string depth = "infinity", string more = "") =>
            await NamesAsync(await SearchAsync(alice, where, scope, depth, more));

        (await FindAsync(Everything)).Should().BeEquivalentTo("dir ü #1", "one.txt", "sub", "Two.txt", "thr_e%.png");
        (await FindAsync(Is("eq", "oc:fileid", id))).Should().Equal("one.txt");
        (await FindAsync(Is("eq", "oc:fileid", longId))).Should().Equal("one.txt");
        (await FindAsync(Is("eq", "oc:id", longId))).Should().Equal("one.txt");
        (await FindAsync(Is("eq", "oc:fileid", longId[..8] + "ocother"))).Should().BeEmpty("it is the number of another installation");
        (await FindAsync(Is("eq", "oc:fileid", longId), "/files/alice/dir ü #1")).Should().BeEmpty("it lies elsewhere");
        (await FindAsync(Is("eq", "d:displayname", "one.txt"))).Should().Equal("one.txt");
        (await FindAsync(Is("like", "d:displayname", "TWO%"))).Should().Equal("Two.txt");
        (await FindAsync(Is("like", "d:displayname", "thr\\_e\\%.___"))).Should().Equal("thr_e%.png");
        (await FindAsync(Is("like", "d:getcontenttype", "text/%"))).Should().BeEquivalentTo("one.txt", "Two.txt");
        (await FindAsync(Is("eq", "d:getcontenttype", "httpd/unix-directory"))).Should().BeEquivalentTo("dir ü #1", "sub");
        (await FindAsync("<d:is-collection/>")).Should().BeEquivalentTo("dir ü #1", "sub");
        (await FindAsync(Is("gt", "d:getlastmodified", "2017-07-14T02:39:59Z") + "<d:not><d:is-collection/></d:not>"))
            .Should()
            .BeEquivalentTo("Two.txt", "thr_e%.png");
        (await FindAsync(Is("lt", "d:getlastmodified", "1500000000"))).Should().Equal("one.txt");
        (await FindAsync(Is("lte", "oc:size", "2"))).Should().BeEquivalentTo("one.txt", "Two.txt");
        (await FindAsync("<d:not>" + Is("gt", "oc:size", "2") + "</d:not>")).Should().BeEquivalentTo("one.txt", "Two.txt");
        (await FindAsync("<d:or>" + Is("eq", "d:displayname", "sub") + Is("eq", "oc:size", "1") + "</d:or>"))
            .Should()
            .BeEquivalentTo("sub", "one.txt");
        (await FindAsync("<d:and>" + Is("gte", "oc:size", "1") + Is("like", "d:getcontenttype", "image/%") + "</d:and>"))
            .Should()
            .Equal("thr_e%.png");
        (await FindAsync(Is("eq", "oc:favorite", "yes"))).Should().Equal("one.txt");
        (await FindAsync(Is("eq", "oc:owner-id", "bob"))).Should().BeEmpty();

        (await FindAsync(Everything, "/files/alice/dir ü #1")).Should().BeEquivalentTo("sub", "Two.txt", "thr_e%.png");
        (await FindAsync(Everything, "/remote.php/dav/files/alice/dir%20%C3%BC%20%231/")).Should().HaveCount(3);
        (await FindAsync(Everything, depth: "1")).Should().BeEquivalentTo("dir ü #1", "one.txt");
        (await FindAsync(Is("eq", "oc:fileid", id), depth: "1")).Should().Equal("one.txt");
        const string newest =
            "<d:orderby><d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order></d:orderby>"
            + "<d:limit><d:nresults>2</d:nresults></d:limit>";
        (await FindAsync("<d:not><d:is-collection/></d:not>", more: newest)).Should().Equal("thr_e%.png", "Two.txt");
        (await FindAsync("<d:not><d:is-collection/></d:not>", more: newest.Replace("</d:limit>", "<firstresult>1</firstresult></d:limit>")))
            .Should()
            .Equal("Two.txt", "one.txt");
        (await FindAsync(Everything, more: "<d:limit><d:nresults>1</d:nresults></d:limit>")).Should().ContainSingle();
    }

    [Theory]
    [InlineData("/files/bob/")]
    [InlineData("/files/nobody/")]
    [InlineData("/files/alice/../bob")]
    [InlineData("/files/alice/none")]
    [InlineData("/files/alice/a.txt")]
    [InlineData("/uploads/alice/")]
    [InlineData("/")]
    [InlineData("")]
    public async Task A_scope_that_is_no_folder_of_the_callers_is_refused_alike(string scope)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        await alice.StatusAsync("PUT", "a.txt", "x");

        var refused = await SearchAsync(alice, Everything, scope);

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("search-scope-valid").And.Contain("/files/alice/");
    }

    [Fact]
    public async Task Unknown_arguments_are_refused_by_name()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var guest = server.Guest();

        async Task<string> RefusalAsync(string where, string more = "")
        {
            var refused = await SearchAsync(alice, where, more: more);
            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            return await MessageAsync(refused);
        }

        (await RefusalAsync("<d:contains>x</d:contains>")).Should().Contain("\"contains\"");
        (await RefusalAsync(Is("eq", "d:getetag", "x"))).Should().Contain("\"getetag\"").And.Contain("displayname");
        (await RefusalAsync(Is("eq", "oc:size", "large"))).Should().Contain("\"large\"").And.Contain("\"size\"");
        (await RefusalAsync(Is("gt", "d:getlastmodified", "soon"))).Should().Contain("\"soon\"");
        (await RefusalAsync(Is("eq", "oc:fileid", "x"))).Should().Contain("\"x\"");
        (await RefusalAsync("<d:eq><d:literal>x</d:literal></d:eq>")).Should().Contain("no property");
        (await RefusalAsync(Is("like", "d:displayname", new string('%', 251)))).Should().Contain("250");
        (await RefusalAsync("<d:not><d:is-collection/><d:is-collection/></d:not>")).Should().Contain("not (of one)");
        (await RefusalAsync(string.Concat(Enumerable.Repeat("<d:is-collection/>", SearchConditions.MaxCount + 1)))).Should().Contain("50");
        (await RefusalAsync(Nested(SearchConditions.MaxDepth + 1))).Should().Contain("10 deep");
        (await SearchAsync(alice, Nested(SearchConditions.MaxDepth))).StatusCode.Should().Be(HttpStatusCode.MultiStatus);
        (await RefusalAsync(Everything, "<d:limit><d:nresults>many</d:nresults></d:limit>")).Should().Contain("nresults");
        (await alice.StatusAsync("SEARCH", "/remote.php/dav/", "<d:propfind xmlns:d=\"DAV:\"/>")).Should().Be(HttpStatusCode.BadRequest);
        (await SearchAsync(guest, Everything)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_pattern_costs_no_more_than_the_text_is_long()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        await alice.StatusAsync("PUT", new string('a', 200), "x");
        var wicked = Is("like", "d:displayname", string.Concat(Enumerable.Repeat("%a", 120)) + "b");

        (await NamesAsync(await SearchAsync(alice, string.Concat(Enumerable.Repeat(wicked, SearchConditions.MaxCount)))))
            .Should()
            .BeEmpty();
    }

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("<d:and>", depth - 1))
        + "<d:is-collection/>"
        + string.Concat(Enumerable.Repeat("</d:and>", depth - 1));

    private static string Is(string condition, string property, string literal) =>
        $"<d:{condition}><d:prop><{property}/></d:prop><d:literal>{literal}</d:literal></d:{condition}>";

    private static string Set(string property) =>
        $"""<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>{property}</d:prop></d:set></d:propertyupdate>""";

    private static Task<HttpResponseMessage> SearchAsync(
        HttpClient client,
        string where,
        string scope = "/files/alice/",
        string depth = "infinity",
        string more = ""
    ) =>
        client.DavAsync(
            "SEARCH",
            "/remote.php/dav/",
            $"""
            <d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:basicsearch>
            <d:select><d:prop><d:displayname/><oc:fileid/><oc:size/></d:prop></d:select>
            <d:from><d:scope><d:href>{scope}</d:href><d:depth>{depth}</d:depth></d:scope></d:from>
            <d:where>{where}</d:where>{more}</d:basicsearch></d:searchrequest>
            """
        );

    private static async Task<string[]> NamesAsync(HttpResponseMessage answer)
    {
        answer.StatusCode.Should().Be(HttpStatusCode.MultiStatus);
        var found = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!.Elements(D + "response").ToList();
        foreach (var response in found)
        {
            var name = Uri.UnescapeDataString(response.Element(D + "href")!.Value).TrimEnd('/').Split('/')[^1];
            name.Should().Be(response.Descendants(D + "displayname").Single().Value);
        }

        return [.. found.Select(response => response.Descendants(D + "displayname").Single().Value)];
    }
}
