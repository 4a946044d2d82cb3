using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Files;

/// <summary>A file that was acknowledged survives a power cut: watched from outside, as no test may cut the power.</summary>
public sealed partial class PowerCutTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_upload_is_answered_when_its_bytes_and_its_name_are_on_disk()
    {
        await ProgramDriver.RunAsync(_directory.Path, "user", "add", "alice", "--password", "wonderland");
        using var server = ProgramDriver.Start(
            _directory.Path,
            "--urls=http://127.0.0.1:0",
            "--Providers:BuiltIn:Enabled=false",
            "--Providers:ReadyMade:Enabled=false"
        );
        using var alice = new HttpClient { BaseAddress = await server.ListenAsync() };
        alice.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:wonderland"));

        var calls = await TraceAsync(
            server.ProcessId,
            async () =>
            {
                var answer = await alice.PutAsync("/remote.php/webdav/a.txt", new ByteArrayContent(new byte[1000]));
                answer.StatusCode.Should().Be(HttpStatusCode.Created);
            }
        );

        var key = BlobFile().Match(calls.First(call => BlobFile().IsMatch(call))).Groups["key"].Value;
        var directories = new[] { "", $"/{key[^2..]}", $"/{key[^2..]}/{key[^4..^2]}" };
        string[] order =
        [
            $"fsync({_directory.Path}/data/files/unfinished/{key})",
            .. directories.Select(directory => $"fsync({_directory.Path}/data/files{directory})"),
            "201 Created",
        ];
        var seen = calls.Select(call => Array.FindIndex(order, call.Contains)).Where(index => index >= 0).ToList();
        seen.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.HaveCount(order.Length);
        var renamed = calls.FindIndex(call =>
            call.StartsWith("rename", StringComparison.Ordinal) && call.Contains(key, StringComparison.Ordinal)
        );
        renamed.Should().BeInRange(calls.FindIndex(call => call.Contains(order[0])), calls.FindIndex(call => call.Contains(order[3])));
    }

    [Fact]
    public void A_directory_that_cannot_be_flushed_is_an_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux needs it");
        DurableDirectories.Flush(_directory.Path);

        var missing = () => DurableDirectories.Flush(_directory.File("missing"));

        missing.Should().Throw<IOException>().WithMessage("No such file or directory*");
    }

    /// <summary>The calls to the kernel that matter, in their order; files by their paths.</summary>
    private async Task<List<string>> TraceAsync(int processId, Func<Task> work)
    {
        var file = _directory.File("trace");
        var (exitCode, output) = await DebianTools.RunAsync("strace", "/", [], "-e", "trace=none", "true");
        Assert.SkipWhen(exitCode != 0, $"processes cannot be traced here: {output}");
        var start = new ProcessStartInfo(
            Programs.Need("strace"),
            ["-f", "-y", "-s", "64", "-o", file, "-e", "trace=fsync,rename,renameat2,sendmsg,sendto", "-p", $"{processId}"]
        )
        {
            RedirectStandardError = true,
        };
        using var strace = Process.Start(start)!;
        (await strace.StandardError.ReadLineAsync()).Should().Contain("attached");
        await work();
        Signals.Interrupt(strace);
        await strace.WaitForExitAsync();

        // "1234  fsync(56</srv/files/…>) = 0" without the numbers.
        return [.. (await File.ReadAllLinesAsync(file)).Select(line => Numbers().Replace(line, ""))];
    }

    [GeneratedRegex("files/unfinished/(?<key>[0-9a-f]{32})")]
    private static partial Regex BlobFile();

    [GeneratedRegex(@"^\d+ +|(?<=\()\d+<|>(?=\))")]
    private static partial Regex Numbers();
}
