using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Signals for processes, sent by the system call: the program <c>kill</c> is not on every machine.</summary>
internal static class Signals
{
    private const int Interrupted = 2;
    private const int Terminated = 15;

    /// <summary>As Ctrl+C does.</summary>
    public static void Interrupt(Process process) => Send(process, Interrupted);

    /// <summary>As <c>kill</c> and orchestrators do.</summary>
    public static void Terminate(Process process) => Send(process, Terminated);

    private static void Send(Process process, int signal) => Native.Kill(process.Id, signal).Should().Be(0, "process {0} runs", process.Id);

    private static class Native
    {
        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Kill(int processId, int signal);
    }
}
