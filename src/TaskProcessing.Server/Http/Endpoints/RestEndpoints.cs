using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Http.Rest;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The routes of the REST API of the same queue, for pipelines and dashboards.</summary>
internal static class RestEndpoints
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 1000;

    public static void MapRest(this IEndpointRouteBuilder routes)
    {
        var tasks = routes.MapGroup("/api/v1/tasks").RequireRestLogin().WithTags("Tasks").WithGroupName(ApiDocuments.ApiDocuments.Rest);
        tasks
            .MapMethods("", OcsRoutes.Read, List)
            .WithName("rest:listTasks")
            .WithSummary("Lists tasks, newest first; with page or page_size as a page, else as a bare list.")
            .Takes<RestListParameters>()
            .Answers<TaskSummaryResource[]>()
            .Fails(401, 422);
        tasks
            .MapMethods("/{id}", OcsRoutes.Read, Get)
            .WithName("rest:getTask")
            .WithSummary("Answers a task with all its details.")
            .Answers<TaskDetailResource>()
            .Fails(401, 404, 422);
        tasks
            .MapPost("", Create)
            .LimitScheduling()
            .WithName("rest:createTask")
            .WithSummary("Schedules a task.")
            .Takes<RestCreateParameters>()
            .Answers<TaskDetailResource>()
            .Fails(400, 401, 409, 422, 429);
        tasks
            .MapPost("/{id}/cancel", Cancel)
            .WithName("rest:cancelTask")
            .WithSummary("Cancels a waiting or running task.")
            .Fails(400, 401, 404, 422);
        tasks
            .MapPost("/{id}/requeue", Requeue)
            .WithName("rest:requeueTask")
            .WithSummary("Requeues a failed task; for administrators and service keys.")
            .Fails(400, 401, 403, 404, 422);
    }

    private static async Task<IResult> List(HttpContext context, RestScope scope, ITaskStore tasks, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var project = Integer(query, "project_id", 0, int.MaxValue);
        var limit = (int?)Integer(query, "limit", 1, LargestLimit) ?? DefaultLimit;
        var page = Integer(query, "page", 1, int.MaxValue / LargestLimit);
        var size = Integer(query, "page_size", 1, LargestLimit);
        var before = Integer(query, "before_id", 1, long.MaxValue);
        var status = query["status"].LastOrDefault() is { Length: > 0 } name
            ? RestStatus.Parse(name) ?? ProcessingStatus.Unknown
            : (ProcessingStatus?)null;

        // A status that there is not, and a project that is not the key's, have no tasks.
        var isEmpty =
            status == ProcessingStatus.Unknown || (scope.ProjectId is not null && project is not null && project != scope.ProjectId);
        var matching = new TaskQuery
        {
            Owner = scope.Owner,
            ProjectId = (int?)project ?? scope.ProjectId,
            Status = status,
        };
        if (page is null && size is null)
            return RestResult.Ok(isEmpty ? [] : await ReadAsync(new TaskPage(limit, BeforeId: before)));

        var (number, length) = ((int)(page ?? 1), (int)(size ?? DefaultLimit));
        var total = isEmpty ? 0 : await tasks.CountAsync(matching, cancellationToken);
        var items = isEmpty ? [] : await ReadAsync(new TaskPage(length, Offset: (number - 1) * length));
        return RestResult.Ok(new TaskPageResource(items, total, number, length, (total + length - 1) / length));

        async Task<TaskSummaryResource[]> ReadAsync(TaskPage part) =>
            [.. (await tasks.ListHeadsAsync(matching with { Page = part }, cancellationToken)).Select(TaskSummaryResource.Of)];
    }

    private static async Task<IResult> Get(HttpContext context, RestScope scope, ITaskStore tasks, CancellationToken cancellationToken) =>
        await tasks.FindAsync(Id(context), cancellationToken) is { } task && scope.Contains(task)
            ? RestResult.Ok(TaskDetailResource.Of(task, scope.IsOperator))
            : NotFound();

    private static async Task<IResult> Cancel(
        HttpContext context,
        RestScope scope,
        ITaskStore tasks,
        CancelTask cancelTask,
        CancellationToken cancellationToken
    )
    {
        if (await tasks.FindAsync(Id(context), cancellationToken) is not { } task || !scope.Contains(task))
            return NotFound();

        return await cancelTask.TryAsync(task.Id, scope.Actor, cancellationToken) switch
        {
            { Changed: true } => RestResult.Message(StatusCodes.Status200OK, "Task cancelled"),
            { Task: { } ended } => RestResult.Message(
                StatusCodes.Status400BadRequest,
                $"Cannot cancel task in {RestStatus.Name(ended.Status)} state"
            ),
            _ => NotFound(),
        };
    }

    private static async Task<IResult> Requeue(
        HttpContext context,
        RestScope scope,
        ITaskStore tasks,
        RequeueTask requeueTask,
        CancellationToken cancellationToken
    )
    {
        if (await tasks.FindAsync(Id(context), cancellationToken) is not { } task || !scope.Contains(task))
            return NotFound();
        if (!scope.IsOperator)
            return RestResult.Message(StatusCodes.Status403Forbidden, "Only administrators and service keys have tasks run again");

        return await requeueTask.RunAsync(task.Id, scope.Actor, cancellationToken) switch
        {
            { Changed: true } => RestResult.Message(StatusCodes.Status200OK, "Task requeued"),
            { Task: { } other } => RestResult.Message(
                StatusCodes.Status400BadRequest,
                $"Cannot requeue task in {RestStatus.Name(other.Status)} state"
            ),
            _ => NotFound(),
        };
    }

    private static async Task<IResult> Create(
        HttpContext context,
        OcsParameters parameters,
        RestScope scope,
        ScheduleTask scheduleTask,
        CancellationToken cancellationToken
    )
    {
        var project = parameters.Integer("project_id", otherwise: scope.ProjectId ?? 0);
        if (scope.ProjectId is { } own && project != own)
            return RestResult.Message(StatusCodes.Status403Forbidden, $"The API key opens project {own} only");

        var caller = context.Features.Get<Auth.Caller>();
        var request = new ScheduleRequest(
            caller?.Owner ?? TaskOwner.None,
            PipelineNames.Long(parameters.Text("task_type")),
            AppId: "rest",
            parameters.OptionalMap("params") ?? JsonElement.Parse("{}")
        )
        {
            ProjectId = project,
            IdempotencyKey = context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null,
            Actor = scope.Actor,
            TraceParent = TaskTraces.Accept(context.Request.Headers.TraceParent),
        };
        return await scheduleTask.RunAsync(request, cancellationToken) switch
        {
            ScheduleOutcome.Scheduled scheduled => RestResult.Ok(TaskDetailResource.Of(scheduled.Task, scope.IsOperator)),
            ScheduleOutcome.UnknownType unknown => RestResult.Message(
                Problem.Of(unknown with { Nearest = [.. unknown.Nearest.Select(PipelineNames.Short)] })
            ),
            ScheduleOutcome.NotAvailable => RestResult.Message(StatusCodes.Status400BadRequest, "Nobody serves this task type now"),
            var refused => RestResult.Message(Problem.Of(refused)),
        };
    }

    private static RestResult<object> NotFound() => RestResult.Message(StatusCodes.Status404NotFound, "Task not found");

    private static long Id(HttpContext context) =>
        long.TryParse((string)context.Request.RouteValues["id"]!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw Unprocessable("id must be an integer");

    private static long? Integer(IQueryCollection query, string name, long least, long most)
    {
        if (query[name].LastOrDefault() is not { } text)
            return null;

        return
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least
            && value <= most
            ? value
            : throw Unprocessable($"{name} must be an integer from {least} to {most}");
    }

    private static BadHttpRequestException Unprocessable(string message) => new(message, StatusCodes.Status422UnprocessableEntity);
}
