using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Behaviour beyond the standard that clients of Nextcloud rely on; litmus checks the standard.</summary>
public sealed class DavTests
{
    [Fact]
    public async Task An_uploaded_file_tells_its_id_and_is_found_under_every_address()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");

        var put = await alice.DavAsync(
            "PUT",
            "%C3%BCber%20%22quoted%22%20%25.txt",
            "hello",
            ("X-OC-MTime", "1000000000"),
            ("OC-Checksum", "SHA1:AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D")
        );
        put.StatusCode.Should().Be(HttpStatusCode.Created);
        put.Headers.GetValues("X-OC-MTime").Should().Equal("accepted");
        put.Headers.GetValues("OC-ETag").Should().Equal(put.Headers.ETag!.Tag);
        var longId = put.Headers.GetValues("OC-FileId").Single();
        longId.Should().MatchRegex(@"^\d{8}oc\w+$");

        foreach (var root in new[] { "/remote.php/dav/files/alice/", "/remote.php/webdav/", "/index.php/remote.php/webdav/" })
        {
            var found = await alice.FindAsync(
                root,
                1,
                Oc + "fileid",
                Oc + "id",
                Oc + "size",
                Oc + "permissions",
                Oc + "checksums",
                D + "getetag",
                D + "getcontenttype",
                D + "getlastmodified",
                D + "getcontentlength"
            );
            var (href, properties) = found.Single(entry => !entry.Key.EndsWith('/'));
            href.Should().EndWith("/%C3%BCber%20%22quoted%22%20%25.txt");
            properties
                .ToDictionary(property => property.Key.LocalName, property => property.Value.Value)
                .Should()
                .Equal(
                    new Dictionary<string, string>
                    {
                        ["fileid"] = $"{long.Parse(longId[..8])}",
                        ["id"] = longId,
                        ["size"] = "5",
                        ["permissions"] = "GDNVW",
                        ["checksums"] = "SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
                        ["getetag"] = put.Headers.ETag.Tag,
                        ["getcontenttype"] = "text/plain",
                        ["getlastmodified"] = "Sun, 09 Sep 2001 01:46:40 GMT",
                        ["getcontentlength"] = "5",
                    }
                );
        }
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("a%41")]
    [InlineData("100%25")]
    [InlineData("a%2Fb")]
    public async Task Names_that_look_encoded_are_decoded_once(string name)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        var sent = Uri.EscapeDataString(name);

        (await alice.StatusAsync("PUT", sent, "x")).Should().Be(HttpStatusCode.Created);
        (await alice.StatusAsync("MOVE", sent, null, ("Destination", sent + sent))).Should().Be(HttpStatusCode.Created);
        (await alice.StatusAsync("GET", sent + sent)).Should().Be(HttpStatusCode.OK);
        var found = (await alice.FindAsync("", 1, D + "displayname")).Last();
        found.Key.Should().Be($"/remote.php/dav/files/alice/{sent}{sent}");
        found.Value[D + "displayname"].Value.Should().Be(name + name);
    }

    [Fact]
    public async Task Folders_tell_their_size_and_what_is_left_of_the_quota()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Files:QuotaBytes"] = "100" });
        using var alice = await server.UserAsync("alice");
        await alice.StatusAsync("MKCOL", "a");
        await alice.StatusAsync("PUT", "a/x", "12345");

        var found = await alice.FindAsync("", 1, Oc + "size", D + "quota-available-bytes", D + "resourcetype");

        found["/remote.php/dav/files/alice/"][Oc + "size"].Value.Should().Be("5");
        found["/remote.php/dav/files/alice/a/"][Oc + "size"].Value.Should().Be("5");
        found["/remote.php/dav/files/alice/a/"][D + "quota-available-bytes"].Value.Should().Be("95");
        found["/remote.php/dav/files/alice/a/"][D + "resourcetype"].Element(D + "collection").Should().NotBeNull();
    }

    [Fact]
    public async Task Users_see_only_their_own_files_and_a_login_is_required()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var app = await server.ExAppAsync("worker", userId: "alice");
        using var nobodysApp = server.Guest();
        using var guest = server.Guest();
        await alice.StatusAsync("PUT", "a.txt", "secret");

        (await alice.GetStringAsync("/remote.php/webdav/a.txt")).Should().Be("secret");
        (await app.GetStringAsync("/remote.php/webdav/a.txt")).Should().Be("secret", "the app acts for her");
        foreach (
            var path in new[]
            {
                "a.txt",
                "/remote.php/webdav/a.txt",
                "/remote.php/dav/files/bob/%2e%2e/alice/a.txt",
                "/remote.php/dav/files/bob/..%2Falice/a.txt",
                "/remote.php/dav/files/",
            }
        )
            (await bob.StatusAsync("GET", path)).Should().Be(HttpStatusCode.NotFound);
        (await bob.StatusAsync("PUT", "b.txt", "x")).Should().Be(HttpStatusCode.NotFound);
        (await bob.StatusAsync("PUT", "/remote.php/webdav/b.txt", "x")).Should().Be(HttpStatusCode.Created);
        (await bob.StatusAsync("MOVE", "/remote.php/webdav/b.txt", null, ("Destination", "b.txt"))).Should().Be(HttpStatusCode.Forbidden);

        var refused = await guest.DavAsync("PROPFIND", "");
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.Single().Scheme.Should().Be("Basic");
        guest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:wrong"));
        (await guest.StatusAsync("PROPFIND", "")).Should().Be(HttpStatusCode.Unauthorized);
        guest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "token-of-alice");
        (await guest.GetStringAsync("/remote.php/webdav/a.txt")).Should().Be("secret");
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "hell", "bytes 0-3/5")]
    [InlineData("bytes=3-", 206, "lo", "bytes 3-4/5")]
    [InlineData("bytes=-2", 206, "lo", "bytes 3-4/5")]
    [InlineData("bytes=0-99", 206, "hello", "bytes 0-4/5")]
    [InlineData("bytes=0-0,2-2", 200, "hello", null)]
    [InlineData("bytes=5-", 416, "", "bytes */5")]
    public async Task A_range_is_sent_alone(string range, int status, string content, string? contentRange)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        await alice.StatusAsync("PUT", "a.txt", "hello");

        var answer = await alice.DavAsync("GET", "a.txt", null, ("Range", range));

        ((int)answer.StatusCode).Should().Be(status);
        (await answer.Content.ReadAsStringAsync()).Should().Be(content);
        answer.Content.Headers.ContentRange?.ToString().Should().Be(contentRange);
    }

    [Fact]
    public async Task Conditions_decide_whether_a_file_is_read_or_written()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        (await alice.StatusAsync("PUT", "a.txt", "1", ("If-Match", "*"))).Should().Be(HttpStatusCode.PreconditionFailed);
        (await alice.StatusAsync("PUT", "a.txt", "1", ("If-None-Match", "*"))).Should().Be(HttpStatusCode.Created);
        (await alice.StatusAsync("PUT", "a.txt", "2", ("If-None-Match", "*"))).Should().Be(HttpStatusCode.PreconditionFailed);
        var tag = (await alice.DavAsync("HEAD", "a.txt")).Headers.ETag!.Tag;

        (await alice.StatusAsync("GET", "a.txt", null, ("If-None-Match", tag))).Should().Be(HttpStatusCode.NotModified);
        (await alice.DavAsync("GET", "a.txt", null, ("Range", "bytes=0-0"), ("If-Range", "\"other\"")))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK);
        (await alice.StatusAsync("DELETE", "a.txt", null, ("If-Match", "\"other\""))).Should().Be(HttpStatusCode.PreconditionFailed);
        (await alice.StatusAsync("PUT", "a.txt", "3", ("If-Match", tag))).Should().Be(HttpStatusCode.NoContent);
        (await alice.StatusAsync("PUT", "a.txt", "4", ("If-Match", tag))).Should().Be(HttpStatusCode.PreconditionFailed);
        (await alice.GetStringAsync("/remote.php/webdav/a.txt")).Should().Be("3");
    }

    [Fact]
    public async Task Content_that_a_browser_could_run_is_a_plain_text_attachment()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("page.html", "<html><script>alert(1)</script>"u8.ToArray());

        var answer = await alice.DavAsync("GET", "page.html");

        answer.Content.Headers.ContentType!.ToString().Should().Be("text/plain; charset=utf-8");
        answer.Content.Headers.ContentDisposition!.DispositionType.Should().Be("attachment");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("sandbox");
    }

    [Fact]
    public async Task An_upload_in_parts_becomes_one_file()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        const string upload = "/remote.php/dav/uploads/alice/web-1";
        (await alice.StatusAsync("MKCOL", upload, null, ("Destination", "whole.txt"))).Should().Be(HttpStatusCode.Created);
        foreach (var (name, part) in new[] { ("10", "lo"), ("00002", "l"), ("1", "he") })
            (await alice.StatusAsync("PUT", $"{upload}/{name}", part)).Should().Be(HttpStatusCode.Created);

        (await alice.StatusAsync("MOVE", $"{upload}/.file", null, ("Destination", "whole.txt"), ("OC-Total-Length", "6")))
            .Should()
            .Be(HttpStatusCode.BadRequest);
        var moved = await alice.DavAsync(
            "MOVE",
            $"{upload}/.file",
            null,
            ("Destination", "whole.txt"),
            ("OC-Total-Length", "5"),
            ("X-OC-MTime", "1000000000")
        );

        moved.StatusCode.Should().Be(HttpStatusCode.Created);
        moved.Headers.Should().Contain(header => header.Key == "OC-FileId");
        (await alice.GetStringAsync("/remote.php/webdav/whole.txt")).Should().Be("hello");
        (await alice.StatusAsync("PROPFIND", upload)).Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(
        """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&e;</prop></propfind>"""
    )]
    [InlineData("""<propfind xmlns="DAV:"><prop>""")]
    [InlineData("""<nonsense xmlns="DAV:"/>""")]
    public async Task Bodies_that_are_broken_or_wicked_are_refused(string body)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");

        var answer = await alice.DavAsync("PROPFIND", "", body);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageAsync(answer)).Should().NotBeEmpty().And.NotContain("root:");
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused_with_a_reason_and_leaves_nothing()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Files:MaxUploadBytes"] = "10", ["Files:QuotaBytes"] = "15" }
        );
        using var alice = await server.UserAsync("alice");
        await alice.StatusAsync("PUT", "a", "1234567890");

        var large = await alice.DavAsync("PUT", "b", "12345678901");
        large.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await MessageAsync(large)).Should().Contain("10 bytes");
        var much = await alice.DavAsync("PUT", "b", "123456");
        much.StatusCode.Should().Be(HttpStatusCode.InsufficientStorage);
        (await MessageAsync(much)).Should().Contain("15 bytes");
        using var unannounced = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("12345678901")));
        unannounced.Headers.ContentLength = null;
        using var chunked = new HttpRequestMessage(HttpMethod.Put, "/remote.php/webdav/b") { Content = unannounced };
        chunked.Headers.TransferEncodingChunked = true;
        (await alice.SendAsync(chunked)).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await alice.StatusAsync("PUT", "b", "123", ("OC-Checksum", "MD5:00000000000000000000000000000000")))
            .Should()
            .Be(HttpStatusCode.BadRequest);

        (await alice.FindAsync("", 1)).Should().HaveCount(2);
        server.BlobFiles().Should().ContainSingle();
    }

    [Fact]
    public async Task A_lock_keeps_others_out_until_it_is_given_back_or_runs_out()
    {
        var clock = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: clock);
        using var alice = await server.UserAsync("alice");
        await alice.StatusAsync("MKCOL", "a");
        const string body =
            """<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>me</owner></lockinfo>""";

        var locked = await alice.DavAsync("LOCK", "a", body, ("Timeout", "Second-60"));
        var token = locked.Headers.GetValues("Lock-Token").Single();
        (await alice.StatusAsync("PUT", "a/x", "1")).Should().Be(HttpStatusCode.Locked);
        (await alice.StatusAsync("PUT", "a/x", "1", ("If", $"</remote.php/dav/files/alice/a> ({token})")))
            .Should()
            .Be(HttpStatusCode.Created);
        (await alice.StatusAsync("DELETE", "a")).Should().Be(HttpStatusCode.Locked);
        (await alice.StatusAsync("MOVE", "a", null, ("Destination", "b"))).Should().Be(HttpStatusCode.Locked);
        (await alice.FindAsync("a", 0, D + "lockdiscovery"))["/remote.php/dav/files/alice/a/"]
            [D + "lockdiscovery"]
            .Descendants(D + "timeout")
            .Single()
            .Value.Should()
            .Be("Second-60");

        clock.Advance(TimeSpan.FromSeconds(61));
        (await alice.StatusAsync("DELETE", "a")).Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_cut_connection_leaves_nothing_behind()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");

        await server.SendRawAsync(
            $"PUT /remote.php/webdav/a.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {TestServer.Base64("alice:token-of-alice")}\r\n"
                + "Content-Length: 1000000\r\n\r\n"
                + new string('x', 300_000)
        );

        await Eventually.BecomesTrue(() => server.BlobsEntered() == 0, "the end of the upload");
        server.BlobFiles().Should().BeEmpty();
        (await alice.FindAsync("", 1)).Should().HaveCount(1);
    }
}
