using System.Diagnostics;

namespace Chaos;

/// <summary>The worker processes, each with a journal of its own; one that is killed has a successor.</summary>
internal sealed class WorkerProcesses(IReadOnlyList<Uri> addresses, ChaosOptions options) : IDisposable
{
    private readonly List<Process> _running = [];

    public List<string> Journals { get; } = [];

    public int Kills { get; private set; }

    public void Start()
    {
        for (var number = 0; number < options.Workers; number++)
            _running.Add(StartOne());
    }

    /// <summary>Kills one of them with SIGKILL, at any moment.</summary>
    public void KillOne()
    {
        var victim = Random.Shared.Next(_running.Count);
        _running[victim].Kill();
        _running[victim].Dispose();
        _running[victim] = StartOne();
        Kills++;
    }

    public void Stop()
    {
        foreach (var process in _running)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _running.Clear();
    }

    public void Dispose() => Stop();

    private Process StartOne()
    {
        var name = $"w{Journals.Count}";
        var journal = Path.Combine(options.Folder, $"{name}.jsonl");
        File.WriteAllText(journal, "");
        Journals.Add(journal);
        return Process.Start(
            Environment.ProcessPath!,
            [
                "worker",
                string.Join(' ', addresses),
                journal,
                name,
                .. options.Sabotage == Sabotage.Forge ? ["--forge"] : Array.Empty<string>(),
            ]
        )!;
    }
}
