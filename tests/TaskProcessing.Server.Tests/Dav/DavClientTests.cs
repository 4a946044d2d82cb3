using System.Net;
using System.Text.Json;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Headers and values on which single clients rely: desktop and phone apps, rclone, nc_py_api.</summary>
public sealed class DavClientTests : IAsyncLifetime
{
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

    [Fact]
    public async Task Capabilities_announce_uploads_in_parts()
    {
        var answer = await _alice.GetStringAsync("/ocs/v1.php/cloud/capabilities?format=json");

        var capabilities = JsonDocument.Parse(answer).RootElement.GetProperty("ocs").GetProperty("data").GetProperty("capabilities");
        capabilities.GetProperty("dav").GetRawText().Should().Be("""{"chunking":"1.0"}""");
        capabilities.GetProperty("files").GetRawText().Should().Be("""{"bigfilechunking":true,"undelete":false,"versioning":false}""");
        capabilities.GetProperty("checksums").GetProperty("preferredUploadType").GetString().Should().Be("SHA1");
    }

    [Fact]
    public async Task Parts_in_the_old_way_are_refused_and_leave_nothing()
    {
        var refused = await _alice.DavAsync("PUT", "big.bin-chunking-828326047-3-0", "part", ("OC-Chunked", "1"));

        refused.StatusCode.Should().Be(HttpStatusCode.NotImplemented);
        (await MessageAsync(refused)).Should().Contain("OC-Chunked").And.Contain("/remote.php/dav/uploads");
        (await _alice.FindAsync("", 1)).Should().HaveCount(1);
    }

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("00010000", 10000L)]
    [InlineData("0000000000000000", 0L)]
    [InlineData("0000000010485760", 10485760L)]
    [InlineData("000000000000000-000000010485760", 0L)]
    [InlineData("0", null)]
    [InlineData("10001", null)]
    [InlineData("9-1", null)]
    [InlineData("-1", null)]
    [InlineData("1-", null)]
    [InlineData("one", null)]
    [InlineData(".file", null)]
    [InlineData("99999999999999999999", null)]
    public void A_part_is_called_by_its_number_or_its_bytes(string name, long? order) => UploadPart.Order(name).Should().Be(order);

    [Fact]
    public async Task Uploads_hold_nothing_but_parts()
    {
        const string upload = "/remote.php/dav/uploads/alice/web-1";
        await _alice.StatusAsync("MKCOL", upload);

        (await _alice.StatusAsync("PUT", $"{upload}/one", "x")).Should().Be(HttpStatusCode.BadRequest);
        (await _alice.StatusAsync("PUT", $"{upload}/10001", "x")).Should().Be(HttpStatusCode.BadRequest);
        (await _alice.StatusAsync("PUT", "/remote.php/dav/uploads/alice/1", "x")).Should().Be(HttpStatusCode.BadRequest);
        (await _alice.StatusAsync("MKCOL", $"{upload}/1")).Should().Be(HttpStatusCode.Forbidden);
        (await _alice.StatusAsync("PUT", $"{upload}/0000000000000003", "lo", ("OC-Total-Length", "5"))).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("PUT", $"{upload}/0000000000000000", "hel")).Should().Be(HttpStatusCode.Created);
        (await _alice.StatusAsync("MOVE", $"{upload}/.file", null, ("Destination", "a"), ("OC-Total-Length", "x")))
            .Should()
            .Be(HttpStatusCode.BadRequest);
        (await _alice.StatusAsync("MOVE", $"{upload}/.file", null, ("Destination", "a"), ("OC-Total-Length", "5")))
            .Should()
            .Be(HttpStatusCode.Created);
        (await _alice.GetStringAsync("/remote.php/webdav/a")).Should().Be("hello");
    }

    [Fact]
    public async Task A_content_of_another_length_than_announced_is_not_kept()
    {
        var refused = await _alice.DavAsync("PUT", "a", "1234", ("OC-Total-Length", "5"));

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageAsync(refused)).Should().Contain("4 bytes");
        (await _alice.StatusAsync("GET", "a")).Should().Be(HttpStatusCode.NotFound);
        _server.BlobFiles().Should().BeEmpty();
        (await _alice.StatusAsync("PUT", "a", "12345", ("OC-Total-Length", "5"))).Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task New_moved_and_copied_things_tell_their_id_and_ETag()
    {
        async Task<string> IdAsync(string verb, string path, params (string Name, string Value)[] headers)
        {
            var answer = await _alice.DavAsync(verb, path, null, headers);
            answer.StatusCode.Should().Be(HttpStatusCode.Created);
            answer.Headers.GetValues("OC-ETag").Single().Should().MatchRegex("^\"[^\"]+\"$");
            return answer.Headers.GetValues("OC-FileId").Single();
        }

        var folder = await IdAsync("MKCOL", "a");
        (await IdAsync("MOVE", "a", ("Destination", "b"))).Should().Be(folder);
        var copy = await IdAsync("COPY", "b", ("Destination", "c"));

        copy.Should().NotBe(folder);
        var found = await _alice.FindAsync("", 1, Oc + "id");
        found["/remote.php/dav/files/alice/b/"][Oc + "id"].Value.Should().Be(folder);
        found["/remote.php/dav/files/alice/c/"][Oc + "id"].Value.Should().Be(copy);
        found["/remote.php/dav/files/alice/"][Oc + "id"].Value.Should().NotBe(folder).And.NotBe(copy);
    }

    [Theory]
    [InlineData("SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d MD5:5D41402ABC4B2A76B9719D911017C592", true)]
    [InlineData("ADLER32:062c0215 MD5:5d41402abc4b2a76b9719d911017c592", true)]
    [InlineData("MD5:5d41402abc4b2a76b9719d911017c592 SHA1:0000000000000000000000000000000000000000", false)]
    [InlineData("MD5:5d41402abc4b2a76b9719d911017c592 MD5:00000000000000000000000000000000", false)]
    [InlineData("MD5", false)]
    public async Task Of_several_checksums_each_must_be_right(string checksums, bool right)
    {
        var status = await _alice.StatusAsync("PUT", "a", "hello", ("OC-Checksum", checksums));

        status.Should().Be(right ? HttpStatusCode.Created : HttpStatusCode.BadRequest);
        if (right)
        {
            var kept = (await _alice.DavAsync("GET", "a")).Headers.GetValues("OC-Checksum").Single();
            kept.Split(' ').Should().Contain("MD5:5d41402abc4b2a76b9719d911017c592").And.NotContain(sum => sum.StartsWith("ADLER"));
        }
    }

    [Theory]
    [InlineData("1.5e9", "Fri, 14 Jul 2017 02:40:00 GMT")]
    [InlineData("1500000000.75", "Fri, 14 Jul 2017 02:40:00 GMT")]
    [InlineData("-1", "Wed, 31 Dec 1969 23:59:59 GMT")]
    [InlineData("yesterday", null)]
    [InlineData("0x5", null)]
    [InlineData("NaN", null)]
    [InlineData("1e400", null)]
    [InlineData("999999999999", null)]
    public async Task A_time_is_taken_as_it_is_meant_or_refused(string sent, string? kept)
    {
        var answer = await _alice.DavAsync("PUT", "a", "x", ("X-OC-MTime", sent));

        if (kept is null)
        {
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await MessageAsync(answer)).Should().Contain("X-OC-MTime").And.Contain(sent);
            (await _alice.StatusAsync("GET", "a")).Should().Be(HttpStatusCode.NotFound);
            return;
        }

        answer.Headers.GetValues("X-OC-MTime").Should().Equal("accepted");
        (await _alice.FindAsync("a", 0, D + "getlastmodified")).Single().Value[D + "getlastmodified"].Value.Should().Be(kept);
    }

    [Theory]
    [InlineData("1500000000", "200")]
    [InlineData("Fri, 14 Jul 2017 02:40:00 GMT", "200")]
    [InlineData("2017-07-14T02:40:00Z", "200")]
    [InlineData("no date", "409")]
    [InlineData("", "409")]
    public async Task Proppatch_sets_when_a_file_was_changed(string date, string status)
    {
        await _alice.StatusAsync("PUT", "a", "x", ("X-OC-MTime", "1000000000"));
        var body =
            $"""<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:lastmodified>{date}</d:lastmodified><mine>1</mine></d:prop>"""
            + $"""</d:set></d:propertyupdate>""";

        var answer = await (await _alice.DavAsync("PROPPATCH", "a", body)).Content.ReadAsStringAsync();

        answer.Should().Contain($"HTTP/1.1 {status}");
        var found = (await _alice.FindAsync("a", 0, D + "getlastmodified", "mine")).Single().Value;
        found.ContainsKey("mine").Should().Be(status == "200", "it is all or nothing");
        found[D + "getlastmodified"].Value.Should().Be(status == "200" ? "Fri, 14 Jul 2017 02:40:00 GMT" : "Sun, 09 Sep 2001 01:46:40 GMT");
    }

    [Fact]
    public async Task A_favourite_is_told_without_a_namespace_of_its_own()
    {
        const string oc = "http://owncloud.org/ns";
        await _alice.StatusAsync("PUT", "a", "x");
        async Task<string> ListedAsync() =>
            await (
                await _alice.DavAsync(
                    "PROPFIND",
                    "a",
                    $"""<d:propfind xmlns:d="DAV:"><d:prop><f xmlns="{oc}"/><favorite xmlns="{oc}"/></d:prop></d:propfind>"""
                )
            ).Content.ReadAsStringAsync();
        (await ListedAsync()).Should().Contain("<oc:favorite>0</oc:favorite>");

        foreach (var value in new[] { "1", "0", "1" })
        {
            var set =
                $"""<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><o:favorite xmlns:o="{oc}">{value}</o:favorite></d:prop></d:set>"""
                + $"""</d:propertyupdate>""";
            (await (await _alice.DavAsync("PROPPATCH", "a", set)).Content.ReadAsStringAsync()).Should().Contain("200 OK");
            (await ListedAsync()).Should().Contain($"<oc:favorite>{value}</oc:favorite>");
        }
    }

    [Fact]
    public async Task A_folder_is_listed_as_deep_as_asked()
    {
        foreach (var folder in new[] { "a", "a/b", "a/b/c" })
            await _alice.StatusAsync("MKCOL", folder);
        await _alice.StatusAsync("PUT", "a/b/c/d", "x");

        (await _alice.FindAsync("a", 1)).Should().HaveCount(2);
        (await _alice.FindAsync("a", 2)).Keys.Should().Equal(Hrefs("a/", "a/b/", "a/b/c/"));
        var all = await _alice.DavAsync("PROPFIND", "a", null, ("Depth", "infinity"));
        (await all.Content.ReadAsStringAsync()).Should().Contain("a/b/c/d<");
        (await _alice.StatusAsync("PROPFIND", "a", null, ("Depth", "two"))).Should().Be(HttpStatusCode.BadRequest);
        (await _alice.StatusAsync("PROPFIND", "a", null, ("Depth", "-1"))).Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Options_tell_what_can_be_done_at_a_place()
    {
        await _alice.StatusAsync("PUT", "a", "x");

        async Task<string> AllowAsync(string path) => string.Join(", ", (await _alice.DavAsync("OPTIONS", path)).Content.Headers.Allow);
        (await AllowAsync("a")).Should().Be(DavOptions.VerbsOfFile).And.NotContain("MKCOL");
        (await AllowAsync("b")).Should().Contain("MKCOL").And.Contain("PUT").And.NotContain("DELETE");
        var top = await _alice.DavAsync("OPTIONS", "/remote.php/dav/");
        top.Headers.GetValues("DASL").Should().Equal("<DAV:basicsearch>");
        string.Join(", ", top.Content.Headers.Allow).Should().Be("OPTIONS, SEARCH");
        (await _alice.StatusAsync("OPTIONS", "/remote.php/dav/files/bob/")).Should().Be(HttpStatusCode.NotFound);
        (await AllowOf405Async()).Should().Be(DavOptions.VerbsOfFile);

        async Task<string> AllowOf405Async() => string.Join(", ", (await _alice.DavAsync("MKCOL", "a")).Content.Headers.Allow);
    }

    [Theory]
    [InlineData("http://other.example.org/remote.php/dav/files/alice/b", null, 502)]
    [InlineData("http://127.0.0.1:1/remote.php/dav/files/alice/b", null, 502)]
    [InlineData("https://cloud.example.org/remote.php/dav/files/alice/b", "cloud.example.org", 201)]
    [InlineData("https://cloud.example.org:8443/remote.php/dav/files/alice/b", "other.example.org, cloud.example.org:8443", 201)]
    [InlineData("/remote.php/dav/files/alice/b", null, 201)]
    public async Task Nothing_is_moved_or_copied_to_another_server(string destination, string? proxy, int status)
    {
        await _alice.StatusAsync("PUT", "a", "x");
        (string, string)[] headers = [("Destination", destination), .. proxy is null ? [] : new[] { ("X-Forwarded-Host", proxy) }];

        ((int)await _alice.StatusAsync("COPY", "a", null, headers)).Should().Be(status);
        await _alice.StatusAsync("DELETE", "b");
        ((int)await _alice.StatusAsync("MOVE", "a", null, headers)).Should().Be(status);
    }

    private static string[] Hrefs(params string[] paths) => [.. paths.Select(path => $"/remote.php/dav/files/alice/{path}")];
}
