namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A disk of a test's own, a few megabytes of ext4, that can be filled up and made read-only. The test is skipped where
/// the machine does not let file systems be mounted.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-disk-");

    private SmallDisk() { }

    public string Path => System.IO.Path.Combine(_directory.FullName, "disk");

    private string Image => System.IO.Path.Combine(_directory.FullName, "image");

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static async Task<SmallDisk> CreateAsync(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root on Linux may mount a disk");
        var disk = new SmallDisk();
        Directory.CreateDirectory(disk.Path);
        await using (var image = File.Create(disk.Image))
            image.SetLength(megabytes * 1024L * 1024);
        await RunAsync("mkfs.ext4", "-q", disk.Image);
        var (exitCode, output) = await disk.MountAsync();
        Assert.SkipWhen(exitCode != 0, $"nothing can be mounted here: {output}");
        return disk;
    }

    /// <summary>Takes all the space that is left.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 * 1024];
        var size = block.Length;
        while (size > 0)
        {
            try
            {
                filler.Write(block.AsSpan(0, size));
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void Free() => File.Delete(Filler);

    /// <summary>Has every write to a file of the database fail, also to one that is open already.</summary>
    public Task SetReadOnlyAsync(bool readOnly) =>
        RunAsync("chattr", [readOnly ? "+i" : "-i", .. Directory.GetFiles(Path, "taskprocessing.db*")]);

    /// <summary>Mounts it anew, read-only or not. Not possible while a file is open to be written, as a database is.</summary>
    public Task RemountAsync(bool readOnly) => RunAsync("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path);

    /// <summary>
    /// Acts as the kernel does after a disk error: the disk is read-only at once, with open files too, and stays so.
    /// </summary>
    public Task BreakAsync() => RunAsync("mount", "-o", "remount,abort", Path);

    /// <summary>Repairs the disk as an operator does; no process may have files on it open.</summary>
    public async Task RepairAsync()
    {
        await RunAsync("umount", Path);
        await DebianTools.RunAsync("fsck.ext4", "/", [], "-fy", Image);
        (await MountAsync()).ExitCode.Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Path);
        _directory.Delete(recursive: true);
    }

    private Task<(int ExitCode, string Output)> MountAsync() => DebianTools.RunAsync("mount", "/", [], "-o", "loop", Image, Path);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output) = await DebianTools.RunAsync(program, "/", [], arguments);
        exitCode.Should().Be(0, output);
    }
}
