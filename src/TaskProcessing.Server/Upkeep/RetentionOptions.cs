using System.ComponentModel.DataAnnotations;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Upkeep;

/// <summary>Section <c>Retention</c>: how long tasks are kept after they ended. Tasks that wait or run are never removed.</summary>
internal sealed class RetentionOptions : ICheckedOptions
{
    /// <summary>How many days successful tasks are kept; 0 for ever. Default 180, as in Nextcloud.</summary>
    [Range(0, 36_500)]
    public double SuccessfulDays { get; set; } = 180;

    /// <summary>How many days failed tasks are kept; 0 for ever. Default 180.</summary>
    [Range(0, 36_500)]
    public double FailedDays { get; set; } = 180;

    /// <summary>How many days cancelled tasks are kept; 0 for ever. Default 180.</summary>
    [Range(0, 36_500)]
    public double CancelledDays { get; set; } = 180;

    /// <summary>Task types that are kept for another time, whatever their status. Default none.</summary>
    public List<TypeRetention> Types { get; set; } = [];

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

    public IEnumerable<(string Key, string Problem)> Problems() =>
        from entry in Types.Select((type, index) => (type, index))
        where entry.type.TaskType.Length == 0 || entry.type.Days is not (>= 0 and <= 36_500)
        select ($"{nameof(Types)}:{entry.index}", "needs a TaskType, and Days from 0 (for ever) to 36500");
}

/// <summary>How long the tasks of one type are kept.</summary>
internal sealed class TypeRetention
{
    /// <summary>The task type's id.</summary>
    public string TaskType { get; set; } = "";

    /// <summary>How many days; 0 for ever.</summary>
    public double Days { get; set; }
}
