using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Programs that others wrote find nothing wrong with the WebDAV face.</summary>
public sealed class DavToolTests
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Litmus_passes()
    {
        await using var server = await TestServer.StartAsync();
        var token = await server.AddUserAsync("alice");

        var (exitCode, output) = await DebianTools.RunAsync(
            "litmus",
            _folder.Path,
            [],
            "-k",
            $"{server.Address}remote.php/dav/files/alice/",
            "alice",
            token
        );

        exitCode.Should().Be(0, output);
        output.Should().Contain("summary for `locks'").And.Contain("summary for `http'").And.NotContain("FAIL").And.NotContain("WARNING");
    }

    [Fact]
    public async Task Rclone_copies_checks_moves_and_deletes_a_tree()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        MakeTree(Path.Combine(_folder.Path, "tree"), largest: 5_000_000);

        await RcloneAsync(server, "copy", "tree", "cloud:tree");
        await RcloneAsync(server, "check", "tree", "cloud:tree");
        await RcloneAsync(server, "moveto", "cloud:tree", "cloud:moved");
        await RcloneAsync(server, "copyto", "cloud:moved", "cloud:copied");
        await RcloneAsync(server, "copy", "cloud:copied", "back");
        await RcloneAsync(server, "check", "--download", "tree", "back");
        (await RcloneAsync(server, "sha1sum", "cloud:copied")).Should().Contain("größe.bin").And.NotContain("UNSUPPORTED");
        await RcloneAsync(server, "purge", "cloud:moved");
        await RcloneAsync(server, "delete", "--rmdirs", "cloud:copied");

        (await alice.FindAsync("", 1)).Keys.Should().OnlyContain(href => !href.Contains("moved"));
    }

    [Theory]
    [InlineData("webdav-client.mjs", "webdav")]
    [InlineData("nextcloud-files.mjs", "@nextcloud/files")]
    public async Task A_client_from_npm_writes_lists_reads_and_removes(string script, string package)
    {
        await using var server = await TestServer.StartAsync();
        var token = await server.AddUserAsync("alice");

        (await NpmTools.RunAsync(script, package, server.Address.ToString(), "alice", token)).Should().EndWith("done\n");
    }

    private async Task<string> RcloneAsync(TestServer server, params string[] arguments)
    {
        // rclone keeps passwords veiled; a token in a header needs no veil.
        string[] remote =
        [
            "--webdav-url",
            $"{server.Address}remote.php/dav/files/alice/",
            "--webdav-vendor",
            "nextcloud",
            "--webdav-bearer-token",
            "token-of-alice",
        ];
        string[] spelled = [.. arguments.Select(argument => argument.Replace("cloud:", ":webdav:", StringComparison.Ordinal))];
        var environment = new Dictionary<string, string> { ["RCLONE_CONFIG"] = "/dev/null", ["HOME"] = _folder.Path };
        var (exitCode, output) = await DebianTools.RunAsync("rclone", _folder.Path, environment, [.. remote, .. spelled]);
        exitCode.Should().Be(0, "{0}: {1}", arguments[0], output);
        return output;
    }

    private static void MakeTree(string root, int largest)
    {
        foreach (
            var (name, length) in new[]
            {
                ("leer.txt", 0),
                ("größe.bin", largest),
                ("深い/フォルダ/файл.txt", 100),
                ("a b/100% & #1?.txt", 1000),
                ("🎉/emoji.bin", 70_000),
            }
        )
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var content = new byte[length];
            new Random(length).NextBytes(content);
            File.WriteAllBytes(path, content);
        }
    }
}
