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

/// <summary>
/// Server-Sent Events. They need no custom header, because a browser's <c>EventSource</c> cannot send any; a foreign page
/// cannot read them either.
/// </summary>
internal static class EventEndpoints
{
    public static void MapTaskEvents(this IEndpointRouteBuilder routes)
    {
        // No HEAD: there is no end to wait for.
        var tasks = routes.MapTaskProcessing();
        tasks
            .MapGet("/task/{id}/events", FollowOne)
            .AllowGuests(needsHeader: false)
            .StaysOpen()
            .WithTags("Tasks")
            .WithName("followTask")
            .WithSummary("Streams the events of a task of the caller until it has ended.")
            .AnswersEvents()
            .AnswersNoContent()
            .Fails(404, 429);
        tasks
            .MapGet("/tasks/events", FollowAll)
            .RequireUser(needsHeader: false)
            .StaysOpen()
            .WithTags("Tasks")
            .WithName("followTasks")
            .WithSummary("Streams the events of all tasks of the caller, first those that have not ended.")
            .AnswersEvents()
            .Fails(401, 429);
        tasks
            .MapGet("/tasks_consumer/task/{id}/events", FollowOne)
            .RequireProvider()
            .StaysOpen()
            .WithTags("Tasks of provider apps")
            .WithName("followTaskAsApp")
            .WithSummary("Streams the events of a task of the named user, or without a user, until it has ended.")
            .AnswersEvents()
            .AnswersNoContent()
            .Fails(404, 412, 429);
    }

    private static async Task<IResult> FollowOne(
        HttpContext context,
        Caller caller,
        FollowTask followTask,
        CancellationToken cancellationToken
    ) =>
        await followTask.RunAsync(context.RouteId("id"), caller.Owner, LastEventId(context), cancellationToken) switch
        {
            FollowOutcome.Following following => new TaskEventStream(following.Follower),
            // An EventSource reconnects after every end, except after this answer.
            FollowOutcome.NothingMore => TypedResults.NoContent(),
            FollowOutcome.NotFound => OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}"),
        };

    private static TaskEventStream FollowAll(HttpContext context, Caller caller, FollowTasks followTasks) =>
        new(followTasks.Run(caller.UserId!, LastEventId(context)));

    private static string? LastEventId(HttpContext context) => context.Request.Headers["Last-Event-ID"];
}
