using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Events;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>Server-Sent Events. They need no header of their own, because a browser's <c>EventSource</c> cannot send any; nor can a foreign page read them.</summary>
internal static class EventEndpoints
{
    public static void MapTaskEvents(this IEndpointRouteBuilder routes)
    {
        // No HEAD: there is no end to wait for.
        var tasks = routes.MapTaskProcessing();
        tasks.MapGet("/task/{id}/events", FollowOne).AllowGuests(needsHeader: false).HoldsOpen().WithTags("Tasks")
            .DescribeStream("followTask", "Streams what happens to a task of the caller's until it has ended.", 204, 404, 429);
        tasks.MapGet("/tasks/events", FollowAll).RequireUser(needsHeader: false).HoldsOpen().WithTags("Tasks")
            .DescribeStream("followTasks", "Streams what happens to all of the caller's tasks, first those that have not ended.", 401, 429);
        tasks.MapGet("/tasks_consumer/task/{id}/events", FollowOne).RequireProvider().HoldsOpen().WithTags("Tasks of provider apps")
            .DescribeStream("followTaskAsApp", "Streams what happens to a task of the named user, or of nobody, until it has ended.", 204, 404, 412, 429);
    }

    private static async Task<IResult> FollowOne(HttpContext context, Caller caller, FollowTask followTask, CancellationToken cancellationToken) =>
        await followTask.RunAsync(context.RouteId("id"), caller.Owner, LastEventId(context), cancellationToken) switch
        {
            FollowOutcome.Following following => new TaskEventStream(following.Follower),
            // What tells an EventSource, which comes back after every end, that it need not.
            FollowOutcome.NothingMore => TypedResults.NoContent(),
            FollowOutcome.NotFound => OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}"),
        };

    private static TaskEventStream FollowAll(HttpContext context, Caller caller, FollowTasks followTasks) =>
        new(followTasks.Run(caller.UserId!, LastEventId(context)));

    private static string? LastEventId(HttpContext context) => context.Request.Headers["Last-Event-ID"];
}
