using System.Collections.Immutable;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>Holds the current catalogue. Rooms that read it depend on this holder, not on the room that fills it.</summary>
internal sealed class CurrentTaskTypes
{
    private TaskTypeCatalogue _current = new([], [], ImmutableHashSet<string>.Empty);

    public TaskTypeCatalogue Current => Volatile.Read(ref _current);

    /// <summary>Another catalogue holds. Handlers run on the thread that replaced it and must be quick.</summary>
    public event Action? Changed;

    public void Replace(TaskTypeCatalogue catalogue)
    {
        Volatile.Write(ref _current, catalogue);
        Changed?.Invoke();
    }
}
