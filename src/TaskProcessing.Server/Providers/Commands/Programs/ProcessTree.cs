using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace TaskProcessing.Server.Providers.Commands.Programs;

/// <summary>
/// All processes that a run started. Beside the children of children there may be some whose parent is gone, or that
/// made a session of their own: on Linux they are known by a mark in their environment, the run's directory.
/// </summary>
internal static class ProcessTree
{
    public const string MarkName = "TASKPROCESSING_RUN";

    /// <summary>More rounds than any run forks between two looks; a fork bomb would make them endless.</summary>
    private const int MaxRounds = 100;

    /// <summary>Kills what is left of a run; answers when it is gone.</summary>
    public static void Kill(Process process, RunDirectory directory)
    {
        KillQuietly(process, wholeTree: true);
        KillMarked($"{directory.Path}\0");
    }

    /// <summary>Kills what is left of all runs of a server that is gone.</summary>
    public static void KillAllBelow(string root) => KillMarked($"{root}{Path.DirectorySeparatorChar}");

    private static void KillMarked(string directory)
    {
        if (!OperatingSystem.IsLinux())
            return;

        var mark = Encoding.UTF8.GetBytes($"{MarkName}={directory}");
        // Looked at twice: who is about to become another program has no environment for a moment.
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
        Directory.EnumerateDirectories("/proc")
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
            // Gone meanwhile, or somebody else's.
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
            // Gone meanwhile.
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
            // It has ended, or part of the tree has: that is what is wanted.
        }
    }
}
