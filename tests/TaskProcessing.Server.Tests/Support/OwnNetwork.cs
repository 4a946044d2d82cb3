using System.Net;
using System.Runtime.InteropServices;
using TaskProcessing.Server.Tests.Cli;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// The program in a network of its own, which has a public address, asks a test's name server, and leads nowhere else. The test is
/// skipped where the machine does not let such a network be made.
/// </summary>
internal sealed class OwnNetwork : IDisposable
{
    /// <summary>One of the public internet, which is on this machine in that network.</summary>
    public static readonly IPAddress Public = IPAddress.Parse("93.184.216.34");

    private const string SetUp = """
        set -e
        ip link set lo up
        ip addr add 93.184.216.34/32 dev lo
        ip addr add 169.254.169.254/32 dev lo
        mount --bind "$0/resolv.conf" /etc/resolv.conf
        mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf
        exec "$@"
        """;

    private readonly TemporaryDirectory _directory = new();

    private OwnNetwork() { }

    public ProgramDriver Program { get; private set; } = null!;

    /// <summary>Starts the server; it listens in that network alone.</summary>
    public static async Task<OwnNetwork> StartAsync(params string[] args)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root on Linux may make a network");
        var unshare = Programs.Need("unshare");
        Programs.Need("ip");
        var network = new OwnNetwork();
        await File.WriteAllTextAsync(network._directory.File("resolv.conf"), "nameserver 127.0.0.1\n");
        await File.WriteAllTextAsync(network._directory.File("nsswitch.conf"), "hosts: files dns\n");
        string[] inside = ["--net", "--mount", "sh", "-c", SetUp, network._directory.Path];
        var (exitCode, output) = await DebianTools.RunAsync(unshare, "/", [], [.. inside, "true"]);
        Assert.SkipWhen(exitCode != 0, $"no network can be made here: {output}");

        network.Program = ProgramDriver.Start(
            network._directory.Path,
            unshare,
            [.. inside, ProgramDriver.Program, "--urls=http://127.0.0.1:8080", .. args],
            []
        );
        await network.Program.ListenAsync();
        return network;
    }

    /// <summary>Makes a socket of that network: a socket stays in the network that its thread was in, and this thread ends.</summary>
    public T Inside<T>(Func<T> make)
    {
        T? made = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var network = File.OpenHandle($"/proc/{Program.ProcessId}/ns/net");
                if (Native.SetNetwork((int)network.DangerousGetHandle(), Native.CloneNewNet) != 0)
                    throw new InvalidOperationException($"setns failed with {Marshal.GetLastPInvokeError()}");
                made = make();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw failure;
    }

    public void Dispose()
    {
        Program.Dispose();
        _directory.Dispose();
    }

    private static class Native
    {
        public const int CloneNewNet = 0x40000000;

        [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int SetNetwork(int network, int kind);
    }
}
