using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>
/// Nextcloud's own desktop client, without its window, synchronises two computers: each gets the files of the other, and
/// then there is nothing left to do.
/// </summary>
public sealed partial class DesktopClientTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private string _token = null!;

    private string Laptop => Path.Combine(_folder.Path, "laptop");

    private string Desk => Path.Combine(_folder.Path, "desk");

    public async ValueTask InitializeAsync()
    {
        Programs.Need("nextcloudcmd");
        _server = await TestServer.StartAsync();
        _token = await _server.AddUserAsync("alice");
        Directory.CreateDirectory(Laptop);
        Directory.CreateDirectory(Desk);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Two_computers_have_the_same_after_changes_on_both()
    {
        Write(Laptop, "größe/ü 100% #1.txt", "umlaut");
        Write(Laptop, "🎉/emoji 😀.txt", "emoji");
        Write(Laptop, "a/b/c/deep.txt", "deep");
        Write(Laptop, "old.txt", "old");
        WriteRandom(Laptop, "big.bin", 25_000_000);
        await SyncAsync(Laptop);
        await SyncAsync(Desk);
        ShouldBeEqual();

        // Each changes something of its own, below folders that both know.
        Directory.Move(Path.Combine(Laptop, "a"), Path.Combine(Laptop, "moved"));
        File.Move(Path.Combine(Laptop, "old.txt"), Path.Combine(Laptop, "größe", "new.txt"));
        File.Delete(Path.Combine(Laptop, "größe", "ü 100% #1.txt"));
        Write(Desk, "🎉/second.txt", "second");
        WriteRandom(Desk, "big.bin", 12_000_000);
        await SyncAsync(Laptop);
        await SyncAsync(Desk);
        await SyncAsync(Laptop);
        ShouldBeEqual();
        Files(Desk).Keys.Should().BeEquivalentTo("big.bin", "größe/new.txt", "moved/b/c/deep.txt", "🎉/emoji 😀.txt", "🎉/second.txt");

        foreach (var computer in new[] { Laptop, Desk })
            (await SyncAsync(computer)).Should().BeEmpty("there is nothing left to do");
    }

    [Fact]
    public async Task A_conflict_keeps_both_contents()
    {
        Write(Laptop, "folder/a.txt", "from the start");
        await SyncAsync(Laptop);
        await SyncAsync(Desk);

        Write(Laptop, "folder/a.txt", "of the laptop");
        Write(Desk, "folder/a.txt", "of the desk, later");
        await SyncAsync(Laptop);
        await SyncAsync(Desk);

        File.ReadAllText(Path.Combine(Desk, "folder", "a.txt")).Should().Be("of the laptop");
        var other = Directory.GetFiles(Path.Combine(Desk, "folder"), "*conflicted copy*").Should().ContainSingle().Subject;
        (await File.ReadAllTextAsync(other)).Should().Be("of the desk, later");
    }

    /// <summary>Runs the client once; it must succeed.</summary>
    /// <returns>The client's instructions, with the names of their files.</returns>
    private async Task<List<string>> SyncAsync(string computer)
    {
        var home = computer + ".home";
        Directory.CreateDirectory(home);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["XDG_CONFIG_HOME"] = Path.Combine(home, ".config"),
            ["XDG_DATA_HOME"] = Path.Combine(home, ".local"),
            ["QT_QPA_PLATFORM"] = "offscreen",
            ["LC_ALL"] = "C.UTF-8",
        };
        var (exitCode, output) = await DebianTools.RunAsync(
            "nextcloudcmd",
            _folder.Path,
            environment,
            "--non-interactive",
            "--user",
            "alice",
            "--password",
            _token,
            computer,
            _server.Address.ToString()
        );
        exitCode.Should().Be(0, output);
        return
        [
            .. Instruction()
                .Matches(output)
                .Select(step => $"{step.Groups[1].Value} {step.Groups[2].Value}")
                // A conflicted copy stays on its computer.
                .Where(step => !step.StartsWith("IGNORE", StringComparison.Ordinal)),
        ];
    }

    [GeneratedRegex("Starting CSyncEnums::CSYNC_INSTRUCTION_([A-Z_]+) propagation of \"(.*)\" by")]
    private static partial Regex Instruction();

    private void ShouldBeEqual() => Files(Desk).Should().Equal(Files(Laptop));

    /// <summary>The sum of each file, by its path; the client's own files are left out.</summary>
    private static SortedDictionary<string, string> Files(string computer) =>
        new(
            Directory
                .EnumerateFiles(computer, "*", SearchOption.AllDirectories)
                .Where(file => !Path.GetFileName(file).StartsWith(".sync", StringComparison.Ordinal))
                .ToDictionary(
                    file => Path.GetRelativePath(computer, file),
                    file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))
                ),
            StringComparer.Ordinal
        );

    private static void WriteRandom(string computer, string path, int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(Path.Combine(computer, path), content);
    }

    private static void Write(string computer, string path, string content)
    {
        var full = Path.Combine(computer, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
