using System.Globalization;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// The state of a task that a reader knows; computes the events of a change. It travels with every event as the reader's
/// position, so that any process can resume from there and no reader's state is stored.
/// </summary>
internal sealed class SeenTask
{
    private static readonly ulong NoOutput = Checksum.Of([]);

    private readonly OutputTrail _trail = new();
    private ProcessingStatus _status;
    private double? _progress;
    private ulong _output = NoOutput;

    public bool HasEnded => _status.IsFinal();

    public string Position => string.Create(CultureInfo.InvariantCulture, $"{_status:D}_{_progress}_{_output:x}");

    /// <returns>Null when it is no position.</returns>
    public static SeenTask? At(string? position)
    {
        if (
            position?.Split('_') is not [var status, var progress, var output]
            || !Enum.TryParse<ProcessingStatus>(status, out var knownStatus)
            || !ulong.TryParse(output, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var knownOutput)
        )
        {
            return null;
        }

        var knownProgress = double.TryParse(progress, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : (double?)null;
        return new SeenTask
        {
            _status = knownStatus,
            _progress = knownProgress,
            _output = knownOutput,
        };
    }

    /// <summary>True when the reader knows the task as it is.</summary>
    public bool Knows(ProcessingTask task) => _status == task.Status && _progress == task.Progress && _output == Checksum.Of(task.Output);

    /// <summary>The changes that the reader has not seen yet; empty when there are none.</summary>
    public IEnumerable<TaskEvent> Observe(ProcessingTask task)
    {
        var output = Checksum.Of(task.Output);
        if (_status != task.Status || WasSetBack(task))
        {
            (_status, _progress, _output) = (task.Status, task.Progress, output);
            if (task is { Output: { } whole, Status: ProcessingStatus.Running })
                _trail.Next(whole);
            yield return new TaskEvent.Status(task);
            yield break;
        }

        if (_progress != task.Progress)
        {
            _progress = task.Progress;
            yield return new TaskEvent.Progress(task.Id, task.Progress!.Value);
        }

        if (_output != output)
        {
            _output = output;
            yield return new TaskEvent.Output(task.Id, _trail.Next(task.Output!));
        }
    }

    /// <summary>The task was lost and started again between two reads.</summary>
    private bool WasSetBack(ProcessingTask task) =>
        (task.Progress is null && _progress is not null) || (task.Output is null && _output != NoOutput);
}
