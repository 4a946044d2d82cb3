using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Events;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>What clients use: schedule, fetch, list, cancel, delete.</summary>
internal static class TaskEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapTaskProcessing().WithTags("Tasks");
        users.MapMethods("/tasktypes", OcsRoutes.Read, GetTaskTypes).AllowGuests()
            .Describe("getTaskTypes", "Lists what can be scheduled.", data: typeof(TaskTypesResource));
        users.MapPost("/schedule", Schedule).AllowGuests().LimitScheduling()
            .Describe("scheduleTask", "Schedules a task.", typeof(ScheduleParameters), typeof(TaskEnvelopeResource), 400, 401, 412, 429);
        users.MapMethods("/task/{id}", OcsRoutes.Read, GetTask).AllowGuests().MayWait()
            .Describe("getTask", "Answers a task of the caller's.", typeof(WaitParameters), data: typeof(TaskEnvelopeResource), failures: [404, 429]);
        users.MapDelete("/task/{id}", Delete).AllowGuests()
            .Describe("deleteTask", "Deletes a task of the caller's, whatever its status.", failures: 404);
        users.MapMethods("/tasks", OcsRoutes.Read, List).RequireUser()
            .Describe("listTasks", "Lists the caller's tasks.", typeof(ListParameters), typeof(TaskListResource), 401);
        users.MapMethods("/tasks/app/{appId}", OcsRoutes.Read, ListOfApp).RequireUser()
            .Describe("listTasksOfApp", "Lists the caller's tasks that an app scheduled.", typeof(ListOfAppParameters), typeof(TaskListResource), 401);
        users.MapPost("/tasks/{id}/cancel", Cancel).AllowGuests()
            .Describe("cancelTask", "Calls a task off; one that has ended stays as it is.", data: typeof(TaskEnvelopeResource), failures: 404);
        users.MapMethods("/tasks/{id}/queue_position", OcsRoutes.Read, GetQueuePosition).AllowGuests()
            .Describe("getQueuePosition", "Tells where a waiting task stands; 1 is next.", data: typeof(int), failures: [404, 412]);
        users.MapMethods("/queue_stats", OcsRoutes.Read, GetQueueStats).RequireAdmin(needsHeader: false)
            .Describe("getQueueStats", "Counts waiting and running tasks, for autoscalers.", typeof(QueueStatsParameters), typeof(QueueStatsResource), 401, 403);

        var apps = routes.MapTaskProcessing().MapGroup("/tasks_consumer").WithTags("Tasks of provider apps").RequireProvider();
        apps.MapMethods("/tasktypes", OcsRoutes.Read, GetTaskTypes)
            .Describe("getTaskTypesAsApp", "Lists what can be scheduled.", data: typeof(TaskTypesResource), failures: 412);
        apps.MapPost("/schedule", Schedule)
            .Describe("scheduleTaskAsApp", "Schedules a task for the named user, or for nobody.", typeof(ScheduleParameters), typeof(TaskEnvelopeResource), 400, 401, 412);
        apps.MapMethods("/task/{id}", OcsRoutes.Read, GetTask).MayWait()
            .Describe("getTaskAsApp", "Answers a task of the named user, or of nobody.", typeof(WaitParameters), data: typeof(TaskEnvelopeResource), failures: [404, 412, 429]);
        apps.MapDelete("/task/{id}", Delete)
            .Describe("deleteTaskAsApp", "Deletes a task of the named user, or of nobody.", failures: [404, 412]);
        apps.MapPost("/tasks/{id}/cancel", Cancel)
            .Describe("cancelTaskAsApp", "Calls a task of the named user, or of nobody, off.", data: typeof(TaskEnvelopeResource), failures: [404, 412]);
    }

    private static OcsResult GetTaskTypes(AvailableTaskTypes taskTypes) => OcsResult.Ok(new TaskTypesData(taskTypes.Current));

    private static async Task<OcsResult> Schedule(
        HttpRequest request, OcsParameters parameters, Caller caller, ScheduleTask scheduleTask, IOptions<OcsOptions> ocs, CancellationToken cancellationToken) =>
        await scheduleTask.RunAsync(parameters.Schedule(caller, request), cancellationToken) switch
        {
            ScheduleOutcome.Scheduled scheduled => OcsResult.Ok(new TaskData(scheduled.Task) { IsNew = true }),
            ScheduleOutcome.UnknownType unknown when ocs.Value.Profile == OcsProfile.Manual => OcsResult.Failure(
                StatusCodes.Status400BadRequest, $"There is no such task type. Did you mean {string.Join(", ", unknown.Nearest)}?"),
            ScheduleOutcome.UnknownType or ScheduleOutcome.NotAvailable => OcsResult.Failure(
                StatusCodes.Status412PreconditionFailed, "The given provider is not available"),
            ScheduleOutcome.Invalid invalid => OcsResult.Failure(StatusCodes.Status400BadRequest, invalid.Reason),
            ScheduleOutcome.PriorityForbidden => OcsResult.Failure(
                StatusCodes.Status403Forbidden, "Only administrators, and apps that are allowed to, may give a priority above 0"),
            ScheduleOutcome.TooManyQueued tooMany => OcsResult.Failure(StatusCodes.Status429TooManyRequests, tooMany.Reason),
            ScheduleOutcome.KeyReused => OcsResult.Failure(
                StatusCodes.Status409Conflict, "This Idempotency-Key was used with another request already"),
            ScheduleOutcome.FilesForbidden forbidden => OcsResult.Failure(StatusCodes.Status401Unauthorized, forbidden.Reason),
            var other => throw new InvalidOperationException($"Unknown outcome {other}"),
        };

    private static async Task<OcsResult> GetTask(
        HttpContext context, OcsParameters parameters, Caller caller, FindTask findTask, CancellationToken cancellationToken) =>
        await findTask.WaitAsync(context.RouteId("id"), caller.Owner, parameters.Wait(), context.StopWaiting(), cancellationToken) is { } task
            ? OcsResult.Ok(new TaskData(task))
            : OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found");

    private static async Task<OcsResult> Delete(
        HttpContext context, Caller caller, DeleteTask deleteTask, IOptions<OcsOptions> ocs, CancellationToken cancellationToken)
    {
        var deleted = await deleteTask.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken);
        return deleted || ocs.Value.Profile == OcsProfile.Nextcloud
            ? OcsResult.Ok(OcsData.Null)
            : OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found");
    }

    private static async Task<OcsResult> List(OcsParameters parameters, Caller caller, ITaskStore tasks, CancellationToken cancellationToken)
    {
        var filter = new TaskFilter { Owner = caller.Owner, Type = parameters.OptionalText("taskType"), CustomId = parameters.OptionalText("customId") };
        return OcsResult.Ok(new TaskListData(await tasks.ListAsync(filter, cancellationToken)));
    }

    private static async Task<OcsResult> ListOfApp(string appId, OcsParameters parameters, Caller caller, ITaskStore tasks, CancellationToken cancellationToken)
    {
        var filter = new TaskFilter { Owner = caller.Owner, AppId = appId, CustomId = parameters.OptionalText("customId") };
        return OcsResult.Ok(new TaskListData(await tasks.ListAsync(filter, cancellationToken)));
    }

    private static async Task<OcsResult> Cancel(HttpContext context, Caller caller, CancelTask cancelTask, CancellationToken cancellationToken) =>
        await cancelTask.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken) is { } task
            ? OcsResult.Ok(new TaskData(task))
            : OcsResult.Failure(StatusCodes.Status404NotFound, "Not found");

    private static async Task<OcsResult> GetQueuePosition(HttpContext context, Caller caller, FindQueuePosition findQueuePosition, CancellationToken cancellationToken) =>
        await findQueuePosition.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken) switch
        {
            QueuePositionOutcome.At at => OcsResult.Ok(OcsData.Number(at.Position)),
            QueuePositionOutcome.NotScheduled => OcsResult.Failure(StatusCodes.Status412PreconditionFailed, "The task is not scheduled"),
            _ => OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found"),
        };

    /// <summary>KEDA's documentation calls the filter <c>taskTypeId</c> and separates with commas.</summary>
    private static async Task<OcsResult> GetQueueStats(OcsParameters parameters, ITaskStore tasks, CancellationToken cancellationToken)
    {
        var types = parameters.OptionalList("taskTypeIds") ?? parameters.OptionalList("taskTypeId") ?? [];
        var counts = await tasks.CountQueueAsync(types, cancellationToken);
        return OcsResult.Ok(new QueueStatsData(counts.Scheduled, counts.Running));
    }
}
