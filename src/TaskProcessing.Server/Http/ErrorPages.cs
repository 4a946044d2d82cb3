using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Rest;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Http;

/// <summary>
/// Answers failures outside a handler, in the form of the API that was called; for OCS it is the second source of the
/// envelope. Bad parameters and bodies arrive as exceptions, unknown routes as bare status codes.
/// </summary>
internal static class ErrorPages
{
    private const string UnknownRoute = "Invalid query, please check the syntax: there is no such route.\n";

    private const string RetryAfterSeconds = "5";

    public static IApplicationBuilder UseErrorPages(this IApplicationBuilder app) =>
        app.UseExceptionHandler(
                new ExceptionHandlerOptions
                {
                    ExceptionHandler = AnswerExceptionAsync,
                    SuppressDiagnosticsCallback = Expected,
                    // A 404 without a body, which HEAD has, would be taken for a handler that is missing.
                    AllowStatusCode404Response = true,
                }
            )
            .UseStatusCodePages(context => AnswerStatusAsync(context.HttpContext));

    private static bool Expected(ExceptionHandlerSuppressDiagnosticsContext context) =>
        context.Exception
            is BadHttpRequestException
                or ConnectionResetException
                or OperationCanceledException
                or StoreUnavailableException
                or BlobStoreUnavailableException
                or NoRoomForBodyException
                or UnstorableTextException
                or MissingOwnerException;

    private static async Task AnswerExceptionAsync(HttpContext context)
    {
        // Those that were set before the failure are gone.
        context.RequestServices.GetRequiredService<ResponseHeaders>().Set(context);
        var failure = context.Features.Get<IExceptionHandlerFeature>()!;
        var answer = failure.Error switch
        {
            MissingOwnerException => await AnswerMissingOwnerAsync(context, failure.Endpoint),
            BadHttpRequestException bad => Refusal.Of(context, bad.StatusCode, bad.Message),
            // The sender left in the middle of the body; the answer is for the log alone.
            ConnectionResetException => Refusal.Of(context, StatusCodes.Status400BadRequest, "The request was cut off"),
            UnstorableTextException text => Refusal.Of(context, StatusCodes.Status400BadRequest, text.Message),
            StoreUnavailableException store => Unavailable(
                context,
                "The database cannot be used at the moment, please try again later",
                store.IsFull
            ),
            BlobStoreUnavailableException blobs => Unavailable(
                context,
                "Files cannot be stored or read at the moment, please try again later",
                blobs.IsFull
            ),
            NoRoomForBodyException => Unavailable(
                context,
                "The server holds as many request bodies as it may, please try again later",
                isFull: false
            ),
            _ when context.Request.IsOcs() => new OcsResult(OcsStatus.ServerError, OcsData.EmptyList, "Internal Server Error\n")
            {
                IsOutsideHandler = true,
            },
            _ => Refusal.Of(context, StatusCodes.Status500InternalServerError, "Internal server error"),
        };
        try
        {
            await answer.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone, which often is the cause of the exception.
        }
    }

    /// <summary>Where it is the caller's own account that was removed, the caller is not logged in any more.</summary>
    private static async Task<IResult> AnswerMissingOwnerAsync(HttpContext context, Endpoint? endpoint)
    {
        if (!await RemovedAccounts.HasCallerOfAsync(context))
            return Refusal.Of(context, StatusCodes.Status409Conflict, "What this belongs to has just been removed");

        context.SetEndpoint(endpoint);
        return Access.NoLonger(context);
    }

    /// <summary>WebDAV has its own status for a full disk, which clients show to their users.</summary>
    private static IResult Unavailable(HttpContext context, string message, bool isFull)
    {
        var isDav = context.Request.Path.StartsWithSegments("/remote.php");
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Refusal.Of(
            context,
            isFull && isDav ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable,
            message
        );
    }

    private static Task AnswerStatusAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        if (context.Request.IsRest())
            return Refusal
                .Of(
                    context,
                    status,
                    status == StatusCodes.Status404NotFound ? "Not found" : $"{context.Request.Method} is not possible here"
                )
                .ExecuteAsync(context);
        if (!context.Request.IsOcs())
            return Task.CompletedTask;

        return status switch
        {
            // Version 1 would answer 200, which opens a tunnel for CONNECT and has no body.
            StatusCodes.Status404NotFound when HttpMethods.IsConnect(context.Request.Method) => OcsResult
                .Refusal(StatusCodes.Status405MethodNotAllowed, "CONNECT is not possible here")
                .ExecuteAsync(context),
            StatusCodes.Status404NotFound => new OcsResult(OcsStatus.NotFound, OcsData.EmptyList, UnknownRoute)
            {
                IsOutsideHandler = true,
            }.ExecuteAsync(context),
            StatusCodes.Status405MethodNotAllowed when Profile(context) == OcsProfile.Nextcloud => AnswerNothing(context),
            StatusCodes.Status405MethodNotAllowed => OcsResult
                .Refusal(status, $"{context.Request.Method} is not possible here, but {context.Response.Headers.Allow} is")
                .ExecuteAsync(context),
            _ => OcsResult.Refusal(status, "").ExecuteAsync(context),
        };
    }

    /// <summary>Nextcloud answers a wrong verb with nothing but a content type.</summary>
    private static Task AnswerNothing(HttpContext context)
    {
        context.Response.ContentType = OcsWriter.ContentType(context.Request.WantsJson(), isOutsideHandler: true);
        return Task.CompletedTask;
    }

    private static OcsProfile Profile(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value.Profile;
}
