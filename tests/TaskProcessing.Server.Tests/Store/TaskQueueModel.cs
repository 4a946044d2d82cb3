using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>One call that a client or a worker makes; <paramref name="Task"/> counts the tasks scheduled so far.</summary>
public sealed record QueueStep(QueueVerb Verb, int Task, int Amount);

public enum QueueVerb
{
    Schedule,
    Claim,
    Progress,
    Stream,
    Succeed,
    Fail,
    Cancel,
    Delete,
    Wait,
}

/// <summary>
/// What the store should do, said once more as plainly as possible: a list in memory, no SQL, no transition table.
/// </summary>
internal sealed class TaskQueueModel
{
    private readonly List<ProcessingTask> _tasks = [];

    public IReadOnlyList<ProcessingTask> Tasks => _tasks;

    public void Add(ProcessingTask task) => _tasks.Add(task);

    public List<long> Claim(string type, string provider, int count, DateTimeOffset now)
    {
        var taken = _tasks.Where(task => task.Type == type && task.Status == ProcessingStatus.Scheduled).OrderBy(task => task.Id).Take(count).ToList();
        foreach (var task in taken)
        {
            task.Status = ProcessingStatus.Running;
            task.StartedAt = now;
            task.ProviderId = provider;
        }

        return taken.ConvertAll(task => task.Id);
    }

    public bool Progress(long id, double progress, DateTimeOffset now)
    {
        if (Unfinished(id) is not { } task)
            return false;

        task.Status = ProcessingStatus.Running;
        task.Progress = progress;
        task.StartedAt ??= now;
        task.LastUpdated = now;
        return true;
    }

    public bool Stream(long id, string output, DateTimeOffset now, DateTimeOffset ifNotUpdatedSince)
    {
        if (Unfinished(id) is not { Status: ProcessingStatus.Running } task || task.LastUpdated > ifNotUpdatedSince)
            return false;

        task.Output = output;
        task.LastUpdated = now;
        return true;
    }

    public bool Succeed(long id, string output, DateTimeOffset now)
    {
        if (!End(id, ProcessingStatus.Successful, now))
            return false;

        Find(id)!.Output = output;
        Find(id)!.Progress = 1;
        return true;
    }

    public bool Fail(long id, string error, DateTimeOffset now)
    {
        if (!End(id, ProcessingStatus.Failed, now))
            return false;

        Find(id)!.ErrorMessage = error;
        return true;
    }

    public bool Cancel(long id, DateTimeOffset now) => End(id, ProcessingStatus.Cancelled, now);

    public bool Delete(long id) => _tasks.RemoveAll(task => task.Id == id) > 0;

    private bool End(long id, ProcessingStatus status, DateTimeOffset now)
    {
        if (Unfinished(id) is not { } task)
            return false;

        task.Status = status;
        task.EndedAt = now;
        task.LastUpdated = now;
        return true;
    }

    private ProcessingTask? Find(long id) => _tasks.Find(task => task.Id == id);

    private ProcessingTask? Unfinished(long id) => Find(id) is { } task && !task.Status.IsFinal() ? task : null;
}
