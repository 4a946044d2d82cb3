using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>One call that a client or a worker makes; <paramref name="Task"/> counts the tasks scheduled so far.</summary>
public sealed record QueueStep(QueueVerb Verb, int Task, int Amount, Standing Standing)
{
    /// <summary>The claim number that the worker sends, given the task's current one.</summary>
    public long? ClaimBeside(long current) =>
        Standing switch
        {
            Standing.Unnamed => null,
            Standing.Current => current,
            Standing.Stale => current - 1,
            _ => current + 1,
        };

    /// <summary>Of a scheduled task.</summary>
    public int Priority => (Task % 3) - 1;
}

/// <summary>The worker's relation to the task: it may have lost the task long ago.</summary>
public enum Standing
{
    Unnamed,
    Current,
    Stale,
    Invented,
}

public enum QueueVerb
{
    Schedule,
    Claim,
    Progress,
    Renew,
    Stream,
    Succeed,
    Fail,
    Retry,
    Release,
    Requeue,
    Cancel,
    Delete,
    ReturnLost,
    GiveUpLost,
    WakeDelayed,
    Wait,
}

/// <summary>A model of the store, as plain as possible: a list in memory, no SQL, no transition table.</summary>
internal sealed class TaskQueueModel
{
    private readonly List<ProcessingTask> _tasks = [];

    public IReadOnlyList<ProcessingTask> Tasks => _tasks;

    /// <summary>Expects of an insert that the task comes after its party's others, but not before the front.</summary>
    public void Add(ProcessingTask task)
    {
        var queue = _tasks.Where(other => other.Status == ProcessingStatus.Scheduled && other.Priority == task.Priority).ToList();
        var front = queue.Where(other => other.NotBefore is null).Select(other => other.Turn).DefaultIfEmpty(0).Min();
        var afterOwn = queue.Where(other => other.UserId == task.UserId).Select(other => other.Turn + 1).DefaultIfEmpty(0).Max();
        task.Turn.Should().Be(Math.Max(front, afterOwn));
        _tasks.Add(task);
    }

    public long ClaimOf(long id) => Find(id)?.Claim ?? 0;

    public List<long> Claim(string provider, int lease, int count, DateTimeOffset now)
    {
        var taken = _tasks
            .Where(task => task.Status == ProcessingStatus.Scheduled && task.NotBefore is null)
            .OrderByDescending(task => task.Priority)
            .ThenBy(task => task.Turn)
            .ThenBy(task => task.Id)
            .Take(count)
            .ToList();
        foreach (var task in taken)
        {
            task.Status = ProcessingStatus.Running;
            task.StartedAt = now;
            task.ProviderId = provider;
            task.Attempt++;
            task.Claim++;
            task.Renewals = 0;
            task.LeaseSeconds = lease;
            task.LeaseUntil = now.AddSeconds(lease);
            task.Revision++;
            Note(task, now, TaskHistory.Claimed, provider);
        }

        return taken.ConvertAll(task => task.Id);
    }

    public bool Progress(long id, long? claim, double progress, DateTimeOffset now)
    {
        if (Unfinished(id, claim) is not { } task)
            return false;

        Hold(task, claim, now);
        task.Progress = progress;
        Touch(task, now);
        return true;
    }

    public bool Renew(long id, long? claim, DateTimeOffset now)
    {
        if (Unfinished(id, claim) is not { } task)
            return false;

        if (task.Status == ProcessingStatus.Scheduled)
            task.Revision++;
        Hold(task, claim, now);
        return true;
    }

    public bool Stream(long id, long? claim, string output, DateTimeOffset now, DateTimeOffset ifNotStoredSince)
    {
        if (Running(id, claim) is not { } task || task.OutputAt > ifNotStoredSince)
            return false;

        task.Output = output;
        task.OutputAt = now;
        Hold(task, claim, now);
        Touch(task, now);
        return true;
    }

    public bool Retry(long id, long claim, DateTimeOffset notBefore, int mostAttempts, DateTimeOffset now)
    {
        if (Running(id, claim) is not { } task || task.Attempt >= mostAttempts)
            return false;

        BeginAnew(task, now, TaskHistory.Retried);
        task.Claim++;
        task.NotBefore = notBefore;
        return true;
    }

    public bool Release(long id, long claim, DateTimeOffset now)
    {
        if (Running(id, claim) is not { } task)
            return false;

        BeginAnew(task, now, TaskHistory.Released);
        task.Claim++;
        task.Attempt = Math.Max(0, task.Attempt - 1);
        return true;
    }

    public bool Requeue(long id, DateTimeOffset now)
    {
        if (Find(id) is not { Status: ProcessingStatus.Failed } task)
            return false;

        BeginAnew(task, now, TaskHistory.Requeued);
        task.Claim++;
        task.EndedAt = null;
        task.ErrorMessage = null;
        task.UserFacingErrorMessage = null;
        task.Attempt = 0;
        return true;
    }

    public List<long> ReturnLost(int mostAttempts, DateTimeOffset now)
    {
        var lost = Lost(now).Where(task => task.Attempt < mostAttempts).ToList();
        foreach (var task in lost)
            BeginAnew(task, now, TaskHistory.Lost);
        return lost.ConvertAll(task => task.Id);
    }

    public List<long> GiveUpLost(int mostAttempts, DateTimeOffset now, string error, string userError)
    {
        var lost = Lost(now).Where(task => task.Attempt >= mostAttempts).ToList();
        foreach (var task in lost)
        {
            task.ErrorMessage = error;
            task.UserFacingErrorMessage = userError;
            End(task.Id, ProcessingStatus.Failed, now, TaskHistory.Failed);
        }

        return lost.ConvertAll(task => task.Id);
    }

    public List<long> WakeDelayed(DateTimeOffset now)
    {
        var due = _tasks.FindAll(task => task.NotBefore <= now);
        foreach (var task in due)
            task.NotBefore = null;
        return due.ConvertAll(task => task.Id);
    }

    public bool Succeed(long id, string output, DateTimeOffset now)
    {
        if (!End(id, ProcessingStatus.Successful, now, TaskHistory.Succeeded))
            return false;

        Find(id)!.Output = output;
        Find(id)!.Progress = 1;
        return true;
    }

    public bool Fail(long id, long? claim, string error, DateTimeOffset now)
    {
        if (Unfinished(id, claim) is null || !End(id, ProcessingStatus.Failed, now, TaskHistory.Failed))
            return false;

        Find(id)!.ErrorMessage = error;
        return true;
    }

    public bool Cancel(long id, DateTimeOffset now) => End(id, ProcessingStatus.Cancelled, now, TaskHistory.Cancelled);

    public bool Delete(long id) => _tasks.RemoveAll(task => task.Id == id) > 0;

    private bool End(long id, ProcessingStatus status, DateTimeOffset now, string kind)
    {
        if (Unfinished(id) is not { } task)
            return false;

        task.Status = status;
        task.EndedAt = now;
        task.NotBefore = null;
        Touch(task, now);
        Note(task, now, kind);
        return true;
    }

    private static void BeginAnew(ProcessingTask task, DateTimeOffset now, string kind)
    {
        task.Status = ProcessingStatus.Scheduled;
        task.StartedAt = null;
        task.Progress = null;
        task.Output = null;
        task.OutputAt = null;
        Touch(task, now);
        Note(task, now, kind);
    }

    private static void Hold(ProcessingTask task, long? claim, DateTimeOffset now)
    {
        var starts = task.Status == ProcessingStatus.Scheduled;
        if (starts)
            Note(task, now, TaskHistory.Started);
        if (starts && claim is null)
            task.Claim++;
        task.Renewals = starts ? 0 : task.Renewals + 1;
        task.Status = ProcessingStatus.Running;
        task.StartedAt ??= now;
        task.NotBefore = null;
        task.LeaseUntil = now.AddSeconds(task.LeaseSeconds);
        task.Attempt = Math.Max(1, task.Attempt);
    }

    private static void Touch(ProcessingTask task, DateTimeOffset now)
    {
        task.LastUpdated = now;
        task.Revision++;
    }

    /// <summary>The details of an event are not part of the model and are not compared.</summary>
    private static void Note(ProcessingTask task, DateTimeOffset now, string kind, string detail = "") =>
        task.History += TaskHistory.Line(now, kind, "", detail);

    private IEnumerable<ProcessingTask> Lost(DateTimeOffset now) =>
        _tasks.Where(task => task.Status == ProcessingStatus.Running && task.LeaseUntil <= now);

    private ProcessingTask? Find(long id) => _tasks.Find(task => task.Id == id);

    /// <summary>Null also when the task is another worker's.</summary>
    private ProcessingTask? Unfinished(long id, long? claim = null) =>
        Find(id) is { } task && !task.Status.IsFinal() && (claim is null || claim == task.Claim) ? task : null;

    private ProcessingTask? Running(long id, long? claim) =>
        Unfinished(id, claim) is { Status: ProcessingStatus.Running } task ? task : null;
}
