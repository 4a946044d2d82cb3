using System.ComponentModel.DataAnnotations;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Upkeep;

/// <summary>Section <c>Retention</c>: how long tasks are kept after they ended. Tasks that wait or run are never removed.</summary>
internal sealed class RetentionOptions : IValidatableObject
{
    /// <summary>The days for which successful tasks are kept; 0 for ever. Default 180, as in Nextcloud.</summary>
    [Range(0, 36_500)]
    public double SuccessfulDays { get; set; } = 180;

    /// <summary>The days for which failed tasks are kept; 0 for ever. Default 180.</summary>
    [Range(0, 36_500)]
    public double FailedDays { get; set; } = 180;

    /// <summary>The days for which cancelled tasks are kept; 0 for ever. Default 180.</summary>
    [Range(0, 36_500)]
    public double CancelledDays { get; set; } = 180;

    /// <summary>Task types that are kept for another time, in any status. Default none.</summary>
    public List<TypeRetention> Types { get; set; } = [];

    /// <summary>The shortest of these times; 0 when everything is kept for ever.</summary>
    public double ShortestDays =>
        new[] { SuccessfulDays, FailedDays, CancelledDays }
            .Concat(Types.Select(type => type.Days))
            .Where(days => days > 0)
            .DefaultIfEmpty()
            .Min();

    public double DaysFor(string type, ProcessingStatus status)
    {
        if (Types.Find(own => own.TaskType == type) is { } retention)
            return retention.Days;

        return status switch
        {
            ProcessingStatus.Successful => SuccessfulDays,
            ProcessingStatus.Failed => FailedDays,
            ProcessingStatus.Cancelled => CancelledDays,
            _ => 0,
        };
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from entry in Types.Select((type, index) => (type, index))
        where entry.type.TaskType.Length == 0 || entry.type.Days is not (>= 0 and <= 36_500)
        select new ValidationResult("needs a TaskType, and Days from 0 (for ever) to 36500", [$"{nameof(Types)}:{entry.index}"]);
}

/// <summary>The retention of one task type.</summary>
internal sealed class TypeRetention
{
    /// <summary>The task type's id.</summary>
    public string TaskType { get; set; } = "";

    /// <summary>The days; 0 for ever.</summary>
    public double Days { get; set; }
}
