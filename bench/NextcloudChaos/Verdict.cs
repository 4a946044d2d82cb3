using System.Text.Json.Nodes;
using TaskProcessing.Benches;

namespace NextcloudChaos;

/// <summary>What must hold of all tasks after a run.</summary>
internal sealed class Verdict(IReadOnlyList<Cloud> clouds, ServerProgram node)
{
    private readonly List<string> _faults = [];

    public int Succeeded { get; private set; }

    public int Cancelled { get; private set; }

    /// <summary>Waits until all tasks have ended, and lists what is wrong.</summary>
    /// <param name="longest">The time that they have.</param>
    /// <param name="cancelledHere">The number of tasks that may have been cancelled by the operator.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<string>> JudgeAsync(TimeSpan longest, int cancelledHere, CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + longest;
        var unasked = 0;
        foreach (var cloud in clouds)
            unasked += await JudgeAsync(cloud, until, cancellationToken);
        if (unasked > cancelledHere)
            _faults.Add($"{unasked} tasks are cancelled although nobody asked for it; the operator cancelled {cancelledHere}");
        await JudgeHereAsync(until, cancellationToken);
        return _faults;
    }

    private static bool HasEnded(string status) => status is "STATUS_SUCCESSFUL" or "STATUS_FAILED" or "STATUS_CANCELLED";

    /// <returns>The number of tasks that are cancelled and that their user did not cancel.</returns>
    private async Task<int> JudgeAsync(Cloud cloud, DateTime until, CancellationToken cancellationToken)
    {
        Dictionary<long, JsonNode> tasks;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            tasks = await cloud.ListAsync(cancellationToken);
        } while (tasks.Values.Any(task => !HasEnded((string)task["status"]!)) && DateTime.UtcNow < until);

        var name = cloud.Server.Name;
        var unasked = 0;
        _faults.AddRange(cloud.Accepted.Keys.Where(id => !tasks.ContainsKey(id)).Select(id => $"{name}: task {id} is lost"));
        foreach (var (id, task) in tasks)
        {
            var status = (string)task["status"]!;
            if (status == "STATUS_SUCCESSFUL")
            {
                Succeeded++;
                if (await cloud.ProblemOfAsync(id, task, cancellationToken) is { } problem)
                    _faults.Add($"{name}: task {id}: {problem}");
            }
            else if (status == "STATUS_CANCELLED")
            {
                Cancelled++;
                unasked += cloud.CancelledThere.ContainsKey(id) ? 0 : 1;
            }
            else
            {
                _faults.Add($"{name}: task {id} is {status}: {task}");
            }
        }

        _faults.AddRange(cloud.Front.Faults.Select(fault => $"{name}: {fault}"));
        return unasked;
    }

    /// <summary>Nothing is left to be told.</summary>
    private async Task JudgeHereAsync(DateTime until, CancellationToken cancellationToken)
    {
        while (true)
        {
            var list = JsonNode.Parse(await node.CommandAsync(cancellationToken, "nextcloud", "list", "--json"))!.AsArray();
            var left = list.Where(one => (int)one!["waiting"]! + (int)one["running"]! + (int)one["finishing"]! > 0).ToList();
            if (left.Count == 0)
                return;
            if (DateTime.UtcNow >= until)
            {
                _faults.AddRange(left.Select(one => $"there is still something to do: {one}"));
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}
