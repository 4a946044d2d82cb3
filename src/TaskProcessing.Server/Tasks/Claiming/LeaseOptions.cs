using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>Section <c>Leases</c>: how long a worker may be silent before its task is given to another one.</summary>
internal sealed class LeaseOptions : IValidatableObject
{
    /// <summary>The shortest lease in seconds. Default 60.</summary>
    [Range(1, 86_400)]
    public int MinSeconds { get; set; } = 60;

    /// <summary>A lease lasts this many times the provider's expected runtime, if that is longer. Default 4.</summary>
    [Range(0.0, 1000.0)]
    public double RuntimeFactor { get; set; } = 4;

    /// <summary>Task types with a lease of their own. Default none.</summary>
    public List<TypeLease> Types { get; set; } = [];

    /// <summary>The number of attempts before a task fails. Default 3.</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>
    /// The pause in seconds before the next attempt after a temporary error; each pause is twice as long as the one
    /// before. Default 10.
    /// </summary>
    [Range(0, 86_400)]
    public int RetrySeconds { get; set; } = 10;

    /// <summary>The longest such pause in seconds, unless the worker asks for a longer one. Default 3600.</summary>
    [Range(1, 604_800)]
    public int MaxRetrySeconds { get; set; } = 3600;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from entry in Types.Select((type, index) => (type, index))
        where entry.type.TaskType.Length == 0 || entry.type.Seconds is < 1 or > 604_800
        select new ValidationResult("needs a TaskType, and Seconds from 1 to 604800", [$"{nameof(Types)}:{entry.index}"]);
}

/// <summary>The lease of one task type.</summary>
internal sealed class TypeLease
{
    /// <summary>The task type's id.</summary>
    public string TaskType { get; set; } = "";

    /// <summary>The seconds that its workers may be silent.</summary>
    public int Seconds { get; set; }
}
