using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>The folder of one worker: a lock that dies with its process, and a file for each task.</summary>
internal sealed class ClaimFolder : IDisposable
{
    private const string LockName = "lock";

    private readonly string _path;
    private readonly FileStream _lock;

    private ClaimFolder(string path, FileStream @lock)
    {
        _path = path;
        _lock = @lock;
    }

    /// <summary>A new folder below <paramref name="root"/>, readable for its owner alone: results are people's data.</summary>
    public static ClaimFolder Create(string root)
    {
        var path = Path.Combine(root, Guid.NewGuid().ToString("N"));
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new ClaimFolder(path, Lock(path, FileMode.CreateNew));
    }

    /// <summary>The folders below <paramref name="root"/> whose processes are gone. They are locked for the caller now.</summary>
    public static IEnumerable<ClaimFolder> TakeAbandoned(string root)
    {
        if (!Directory.Exists(root))
            yield break;

        foreach (var path in Directory.EnumerateDirectories(root))
        {
            if (TryLock(path) is { } @lock)
                yield return new ClaimFolder(path, @lock);
        }
    }

    public bool Has(long taskId) => File.Exists(FileOf(taskId));

    /// <summary>All or nothing, also when the power fails.</summary>
    public void Write(ClaimedTask task, TaskResult? result)
    {
        var file = FileOf(task.Task.Id);
        var draft = $"{file}.new";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            using var json = JsonBuffer.Take();
            json.Json.WriteStartObject();
            json.Json.WriteNumber("id", task.Task.Id);
            json.Json.WriteString("type", task.Task.Type);
            json.Json.WriteString("provider", task.ProviderId);
            if (result is not null)
            {
                json.Json.WriteStartObject("result");
                new PendingResult(task, result, CancellationToken.None).Write(json.Json);
                json.Json.WriteEndObject();
            }

            json.Json.WriteEndObject();
            stream.Write(json.Written.Span);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    public void Delete(long taskId) => File.Delete(FileOf(taskId));

    /// <summary>The tasks in the folder, with their results where these are known.</summary>
    public IEnumerable<(ClaimedTask Task, TaskResult? Result)> Read()
    {
        foreach (var file in Directory.GetFiles(_path, "*.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var task = new ProtocolTask
            {
                Id = json.RootElement.GetProperty("id").GetInt64(),
                Type = json.RootElement.GetProperty("type").GetString()!,
                Status = ProcessingStatus.Running,
                Input = default,
            };
            var claimed = new ClaimedTask(task, json.RootElement.GetProperty("provider").GetString()!);
            yield return (claimed, json.RootElement.TryGetProperty("result", out var result) ? ResultOf(result) : null);
        }
    }

    /// <summary>Removes the folder when no task is left in it.</summary>
    public void Dispose()
    {
        var isEmpty = !Directory.EnumerateFiles(_path, "*.json").Any();
        if (isEmpty)
        {
            try
            {
                Directory.Delete(_path, recursive: true);
            }
            catch (IOException)
            {
                // The next worker does it.
            }
        }

        _lock.Dispose();
    }

    private static TaskResult ResultOf(JsonElement result) =>
        new()
        {
            Output = result.GetProperty("output") is { ValueKind: JsonValueKind.Object } output ? TaskOutput.FromJson(output) : null,
            ErrorMessage = result.GetProperty("errorMessage").GetString(),
            UserFacingErrorMessage = result.GetProperty("userFacingErrorMessage").GetString(),
        };

    private static FileStream? TryLock(string path)
    {
        try
        {
            return Lock(path, FileMode.Open);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its process lives, or has not locked it yet.
            return null;
        }
    }

    private static FileStream Lock(string path, FileMode mode) =>
        new(Path.Combine(path, LockName), mode, FileAccess.ReadWrite, FileShare.None);

    private string FileOf(long taskId) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{taskId}.json"));
}
