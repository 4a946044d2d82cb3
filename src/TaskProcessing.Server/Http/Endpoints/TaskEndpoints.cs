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
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The routes of clients: schedule, fetch, list, cancel, delete.</summary>
internal static class TaskEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapTaskProcessing().WithTags("Tasks");
        users
            .MapMethods("/tasktypes", OcsRoutes.Read, GetTaskTypes)
            .AllowGuests()
            .WithName("getTaskTypes")
            .WithSummary("Lists the available task types.")
            .Answers<TaskTypesResource>();
        users
            .MapPost("/schedule", Schedule)
            .AllowGuests()
            .LimitScheduling()
            .WithName("scheduleTask")
            .WithSummary("Schedules a task.")
            .Takes<ScheduleParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 401, 412, 429);
        users
            .MapMethods("/task/{id}", OcsRoutes.Read, GetTask)
            .AllowGuests()
            .AllowLongPoll()
            .WithName("getTask")
            .WithSummary("Answers a task of the caller.")
            .Takes<WaitParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(404, 429);
        users
            .MapDelete("/task/{id}", Delete)
            .AllowGuests()
            .WithName("deleteTask")
            .WithSummary("Deletes a task of the caller, in any status.")
            .Fails(404);
        users
            .MapMethods("/tasks", OcsRoutes.Read, List)
            .RequireUser()
            .WithName("listTasks")
            .WithSummary("Lists the caller's tasks.")
            .Takes<ListParameters>()
            .Answers<TaskListResource>()
            .Fails(400, 401);
        users
            .MapMethods("/tasks/app/{appId}", OcsRoutes.Read, ListOfApp)
            .RequireUser()
            .WithName("listTasksOfApp")
            .WithSummary("Lists the caller's tasks that an app scheduled.")
            .Takes<ListOfAppParameters>()
            .Answers<TaskListResource>()
            .Fails(400, 401);
        users
            .MapPost("/tasks/{id}/cancel", Cancel)
            .AllowGuests()
            .WithName("cancelTask")
            .WithSummary("Cancels a task; a task that has ended is not changed.")
            .Answers<TaskEnvelopeResource>()
            .Fails(404);
        users
            .MapMethods("/tasks/{id}/queue_position", OcsRoutes.Read, GetQueuePosition)
            .AllowGuests()
            .WithName("getQueuePosition")
            .WithSummary("Answers the position of a waiting task in the queue; 1 is next.")
            .Answers<int>()
            .Fails(404, 412);
        users
            .MapMethods("/queue_stats", OcsRoutes.Read, GetQueueStats)
            .RequireAdmin(needsHeader: false)
            .WithName("getQueueStats")
            .WithSummary("Counts waiting and running tasks, for autoscalers.")
            .Takes<QueueStatsParameters>()
            .Answers<QueueStatsResource>()
            .Fails(401, 403);

        var apps = routes.MapTaskProcessing().MapGroup("/tasks_consumer").WithTags("Tasks of provider apps").RequireProvider();
        apps.MapMethods("/tasktypes", OcsRoutes.Read, GetTaskTypes)
            .WithName("getTaskTypesAsApp")
            .WithSummary("Lists the available task types.")
            .Answers<TaskTypesResource>()
            .Fails(412);
        apps.MapPost("/schedule", Schedule)
            .WithName("scheduleTaskAsApp")
            .WithSummary("Schedules a task for the named user, or without a user.")
            .Takes<ScheduleParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 401, 412);
        apps.MapMethods("/task/{id}", OcsRoutes.Read, GetTask)
            .AllowLongPoll()
            .WithName("getTaskAsApp")
            .WithSummary("Answers a task of the named user, or without a user.")
            .Takes<WaitParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(404, 412, 429);
        apps.MapDelete("/task/{id}", Delete)
            .WithName("deleteTaskAsApp")
            .WithSummary("Deletes a task of the named user, or without a user.")
            .Fails(404, 412);
        apps.MapPost("/tasks/{id}/cancel", Cancel)
            .WithName("cancelTaskAsApp")
            .WithSummary("Cancels a task of the named user, or without a user.")
            .Answers<TaskEnvelopeResource>()
            .Fails(404, 412);
    }

    private static OcsResult GetTaskTypes(CurrentTaskTypes taskTypes) => OcsResult.Ok(new TaskTypesData(taskTypes.Current));

    private static async Task<OcsResult> Schedule(
        HttpRequest request,
        OcsParameters parameters,
        Caller caller,
        ScheduleTask scheduleTask,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    ) =>
        await scheduleTask.RunAsync(parameters.Schedule(caller, request), cancellationToken) switch
        {
            ScheduleOutcome.Scheduled scheduled => OcsResult.Ok(new TaskData(scheduled.Task) { IsNew = true }),
            ScheduleOutcome.UnknownType when ocs.Value.Profile == OcsProfile.Nextcloud => OcsResult.Failure(Problem.NotAvailable),
            // As in Nextcloud; REST answers 403.
            ScheduleOutcome.FilesForbidden forbidden => OcsResult.Failure(StatusCodes.Status401Unauthorized, forbidden.Reason),
            var refused => OcsResult.Failure(Problem.Of(refused)),
        };

    private static async Task<OcsResult> GetTask(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        FindTask findTask,
        CancellationToken cancellationToken
    ) =>
        await findTask.WaitAsync(context.RouteId("id"), caller.Owner, parameters.Wait(), context.LongPollToken(), cancellationToken)
            is { } task
            ? OcsResult.Ok(new TaskData(task))
            : OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found");

    private static async Task<OcsResult> Delete(
        HttpContext context,
        Caller caller,
        DeleteTask deleteTask,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    )
    {
        var deleted = await deleteTask.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken);
        return deleted || ocs.Value.Profile == OcsProfile.Nextcloud
            ? OcsResult.Ok(OcsData.Null)
            : OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found");
    }

    private static TaskListResult List(OcsParameters parameters, Caller caller, ITaskStore tasks, CancellationToken cancellationToken) =>
        new(tasks.ListPortionsAsync(parameters.Filters(caller), cancellationToken));

    private static TaskListResult ListOfApp(
        string appId,
        OcsParameters parameters,
        Caller caller,
        ITaskStore tasks,
        CancellationToken cancellationToken
    ) => new(tasks.ListPortionsAsync(parameters.Filters(caller, appId), cancellationToken));

    private static async Task<OcsResult> Cancel(
        HttpContext context,
        Caller caller,
        CancelTask cancelTask,
        CancellationToken cancellationToken
    ) =>
        await cancelTask.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken) is { } task
            ? OcsResult.Ok(new TaskData(task))
            : OcsResult.Failure(StatusCodes.Status404NotFound, "Not found");

    private static async Task<OcsResult> GetQueuePosition(
        HttpContext context,
        Caller caller,
        FindQueuePosition findQueuePosition,
        CancellationToken cancellationToken
    ) =>
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
