using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Http;

/// <summary>The HTTP status and the message for an unsuccessful outcome, the same in every API.</summary>
internal readonly record struct Problem(int Status, string Message)
{
    public static Problem NotAvailable { get; } = new(StatusCodes.Status412PreconditionFailed, "The given provider is not available");

    public static Problem Of(ScheduleOutcome outcome) =>
        outcome switch
        {
            ScheduleOutcome.UnknownType unknown => new(
                StatusCodes.Status400BadRequest,
                $"There is no such task type. Did you mean {string.Join(", ", unknown.Nearest)}?"
            ),
            ScheduleOutcome.NotAvailable => NotAvailable,
            ScheduleOutcome.Invalid invalid => new(StatusCodes.Status400BadRequest, invalid.Reason),
            ScheduleOutcome.PriorityForbidden => new(
                StatusCodes.Status403Forbidden,
                "Only administrators, and apps that are allowed to, may give a priority above 0"
            ),
            ScheduleOutcome.TooManyQueued tooMany => new(StatusCodes.Status429TooManyRequests, tooMany.Reason),
            ScheduleOutcome.KeyReused => new(StatusCodes.Status409Conflict, "This Idempotency-Key was used with another request already"),
            ScheduleOutcome.FilesForbidden forbidden => new(StatusCodes.Status403Forbidden, forbidden.Reason),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };

    public static Problem Of(ReportOutcome outcome) =>
        outcome switch
        {
            ReportOutcome.NotFound => new(StatusCodes.Status404NotFound, "Not found"),
            ReportOutcome.OutOfRange => new(StatusCodes.Status400BadRequest, "Parameter \"progress\" must be a number from 0 to 1"),
            ReportOutcome.Empty => new(StatusCodes.Status400BadRequest, "Either \"output\" or \"errorMessage\" must be given"),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
}
