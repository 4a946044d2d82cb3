using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>
/// All processes that a run started. Some may have lost their parent or made a session of their own: on Linux they are
/// found by a mark in their environment, the run's directory.
/// </summary>
internal static class ProcessTree
{
    public const string MarkName = "TASKPROCESSING_RUN";

    /// <summary>More rounds than any run forks between two looks; a fork bomb would make them endless.</summary>
    private const int MaxRounds = 100;

    /// <summary>Kills the remaining processes of a run; answers when they are gone.</summary>
    public static void Kill(Process process, RunDirectory directory)
    {
        KillQuietly(process, wholeTree: true);
        KillMarked($"{directory.Path}\0");
    }

    /// <summary>Kills the remaining processes of all runs of a dead server.</summary>
    public static void KillAllBelow(string root) => KillMarked($"{root}{Path.DirectorySeparatorChar}");

    private static void KillMarked(string directory)
    {
        if (!OperatingSystem.IsLinux())
            return;

        var mark = Encoding.UTF8.GetBytes($"{MarkName}={directory}");
        // Read twice: a process in the middle of exec has no environment for a moment.
        var gone = false;
        for (var round = 0; round < MaxRounds; round++)
        {
            var left = Processes().Where(id => IsMarked(id, mark)).ToList();
            if (left.Count == 0 && gone)
                return;

            gone = left.Count == 0;
            left.ForEach(KillById);
        }
    }

    private static IEnumerable<int> Processes() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId);

    private static bool IsMarked(int id, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ").AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or belongs to another user.
            return false;
        }
    }

    private static void KillById(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            KillQuietly(process, wholeTree: false);
            process.WaitForExit(TimeSpan.FromMilliseconds(100));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile.
        }
    }

    private static void KillQuietly(Process process, bool wholeTree)
    {
        try
        {
            process.Kill(wholeTree);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // The process, or a part of the tree, has ended, as intended.
        }
    }
}
