using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Dav.DavDriver;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>A folder is downloaded as one archive.</summary>
public sealed class FolderArchiveTests : IAsyncLifetime
{
    private static readonly (string Path, int Length)[] Contents =
    [
        ("größe/leer.txt", 0),
        ("größe/深い/файл 😀.bin", 3_000_000),
        ("größe/100% #1.txt", 1000),
    ];

    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private HttpClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _alice = await _server.UserAsync("alice");
        foreach (var folder in new[] { "größe", "größe/深い", "größe/empty" })
            (await _alice.StatusAsync("MKCOL", Uri.EscapeDataString(folder).Replace("%2F", "/"))).Should().Be(HttpStatusCode.Created);
        foreach (var (path, length) in Contents)
        {
            using var content = new ByteArrayContent(Bytes(length));
            using var put = new HttpRequestMessage(HttpMethod.Put, "/remote.php/webdav/" + Encode(path)) { Content = content };
            put.Headers.Add("X-OC-MTime", "1500000000");
            (await _alice.SendAsync(put)).StatusCode.Should().Be(HttpStatusCode.Created);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("application/zip", "zip", "unzip", "-tq")]
    [InlineData("application/x-tar", "tar", "tar", "-tf")]
    public async Task An_archive_has_everything_and_other_programs_read_it(string type, string ending, string program, string option)
    {
        var answer = await _alice.DavAsync("GET", Encode("größe"), null, ("Accept", type));
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(type);
        answer.Content.Headers.ContentDisposition!.FileNameStar.Should().Be("größe." + ending);
        var file = Path.Combine(_folder.Path, "archive");
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
        var unpacked = Path.Combine(_folder.Path, "unpacked");
        if (ending == "zip")
            await ZipFile.ExtractToDirectoryAsync(file, unpacked);
        else
            await TarFile.ExtractToDirectoryAsync(file, Directory.CreateDirectory(unpacked).FullName, overwriteFiles: false);

        foreach (var (path, length) in Contents)
        {
            var full = Path.Combine(unpacked, path);
            (await File.ReadAllBytesAsync(full)).Should().Equal(Bytes(length));
            File.GetLastWriteTimeUtc(full).Should().BeCloseTo(DateTime.UnixEpoch.AddSeconds(1_500_000_000), TimeSpan.FromDays(1));
        }

        Directory.Exists(Path.Combine(unpacked, "größe", "empty")).Should().BeTrue();
        var (exitCode, output) = await DebianTools.RunAsync(program, _folder.Path, [], option, file);
        exitCode.Should().Be(0, output);
    }

    [Theory]
    [InlineData(
        "?accept=zip",
        new[] { "größe/", "größe/100% #1.txt", "größe/empty/", "größe/leer.txt", "größe/深い/", "größe/深い/файл 😀.bin" }
    )]
    [InlineData("?accept=zip&files=[\"leer.txt\",\"empty\"]", new[] { "empty/", "leer.txt" })]
    [InlineData("?accept=zip&files=leer.txt", new[] { "leer.txt" })]
    public async Task A_page_names_the_format_and_the_members_in_the_address(string query, string[] names)
    {
        var answer = await _alice.DavAsync("GET", Encode("größe") + query);

        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        zip.Entries.Select(entry => entry.FullName).Should().BeEquivalentTo(names);
    }

    [Fact]
    public async Task The_home_folder_is_packed_too_and_HEAD_sends_nothing()
    {
        var answer = await _alice.DavAsync("GET", "", null, ("Accept", "text/html, application/zip;q=0.5"));
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        zip.Entries.Should().Contain(entry => entry.FullName == "files/größe/leer.txt");

        var head = await _alice.DavAsync("HEAD", "", null, ("Accept", "application/zip"));
        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentType!.MediaType.Should().Be("application/zip");
    }

    [Theory]
    [InlineData("", "*/*", 405, "application/zip")]
    [InlineData("?accept=rar", "application/zip", 405, "application/zip")]
    [InlineData("?files=[\"leer.txt\",\"none\"]", "application/zip", 404, "\"none\"")]
    [InlineData("?files=[1", "application/zip", 400, "files")]
    [InlineData("?files=[null]", "application/zip", 400, "files")]
    [InlineData("?files=", "application/zip", 400, "files")]
    public async Task A_folder_that_cannot_be_packed_is_refused_with_the_reason(string query, string accept, int status, string reason)
    {
        var refused = await _alice.DavAsync("GET", Encode("größe") + query, null, ("Accept", accept));

        ((int)refused.StatusCode).Should().Be(status);
        (await MessageAsync(refused)).Should().Contain(reason);
    }

    [Theory]
    [InlineData("application/zip")]
    [InlineData("application/x-tar")]
    public async Task An_archive_that_lacks_a_content_is_broken_off(string type)
    {
        _server.ExpectedLog.Add("is missing");
        _server.ExpectedLog.Add("The response has already started");
        foreach (var blob in _server.BlobFiles().Where(blob => new FileInfo(blob).Length == 3_000_000).ToList())
            File.Delete(blob);

        var download = async () => await (await _alice.DavAsync("GET", "", null, ("Accept", type))).Content.ReadAsByteArrayAsync();

        await download.Should().ThrowAsync<HttpRequestException>();
    }

    private static string Encode(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static byte[] Bytes(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }
}
