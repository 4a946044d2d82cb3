using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Files;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Files;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The files of tasks: owners and providers read them, providers add results.</summary>
internal static class FileEndpoints
{
    /// <summary>The allowance for the rest of an upload's form: other fields, the headers of parts.</summary>
    private const int FormOverhead = 1024 * 1024;

    public static void MapTaskFiles(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapTaskProcessing().WithTags("Files of tasks");
        users
            .MapMethods("/tasks/{id}/file/{fileId}", OcsRoutes.Read, Download)
            .AllowGuests(needsHeader: false)
            .WithName("downloadFile")
            .WithSummary("Answers the content of a file that the task names, or one range of it.")
            .Fails(404);

        var providers = routes.MapTaskProcessing().MapGroup("/tasks_provider").WithTags("Files of tasks").RequireProvider();
        providers
            .MapMethods("/{id}/file/{fileId}", OcsRoutes.Read, DownloadAsProvider)
            .WithName("downloadFileAsProvider")
            .WithSummary("Answers the content of a file that the task names.")
            .Fails(404, 412);
        providers
            .MapPost("/{id}/file", Upload)
            .WithName("uploadFile")
            .WithSummary("Stores a result file, the part \"file\" of a form; the result then names its id.")
            .Fails(400, 404, 412, 413);
    }

    /// <summary>The manual's spelling of the route.</summary>
    public static async Task<IResult> Download(
        HttpContext context,
        Caller caller,
        FindTaskFile findTaskFile,
        CancellationToken cancellationToken
    ) => Answer(await findTaskFile.RunAsync(context.RouteId("id"), context.RouteId("fileId"), caller.Owner, cancellationToken));

    private static async Task<IResult> DownloadAsProvider(
        HttpContext context,
        FindTaskFile findTaskFile,
        CancellationToken cancellationToken
    ) => Answer(await findTaskFile.RunAsync(context.RouteId("id"), context.RouteId("fileId"), owner: null, cancellationToken));

    private static IResult Answer(StoredFile? file) => file is null ? NotFound() : new FileDownload(file);

    private static async Task<OcsResult> Upload(
        HttpContext context,
        ITaskStore tasks,
        AddTaskFile addTaskFile,
        IOptions<FilesOptions> options,
        CancellationToken cancellationToken
    )
    {
        var id = context.RouteId("id");
        if (await tasks.FindAsync(id, cancellationToken) is null)
            return NotFound();

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize =
            options.Value.MaxUploadBytes + FormOverhead;
        return await addTaskFile.RunAsync(id, FilesOfForm(context.Request, cancellationToken), cancellationToken) switch
        {
            UploadOutcome.Added added => new OcsResult(StatusCodes.Status201Created, new UploadedFileData(added.Id)),
            UploadOutcome.NoTask => NotFound(),
            UploadOutcome.NoFile => OcsResult.Failure(StatusCodes.Status400BadRequest, "Bad request"),
            UploadOutcome.TooMany many => OcsResult.Failure(
                StatusCodes.Status413PayloadTooLarge,
                $"The task has {many.MaxFiles} result files already, it cannot have more"
            ),
            UploadOutcome.TooLarge large => OcsResult.Failure(
                StatusCodes.Status413PayloadTooLarge,
                $"The file is too large, the largest may have {large.MaxBytes} bytes"
            ),
            var other => throw new InvalidOperationException($"Unknown outcome {other}"),
        };
    }

    /// <summary>Passes on the parts named <c>file</c> as they arrive; other parts of the form are skipped.</summary>
    private static async IAsyncEnumerable<FileUpload> FilesOfForm(
        HttpRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= UploadedForm.MaxBoundaryLength } boundary
        )
            yield break;

        var form = new UploadedForm(boundary, request.Body);
        while (await form.NextPartAsync(cancellationToken) is { } part)
        {
            var disposition = part.GetContentDispositionHeader();
            var name = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value;
            if (name == "file")
                yield return new FileUpload(part.Body, FileNameOf(disposition!));
            else if (name?.StartsWith("file[", StringComparison.Ordinal) == true)
                throw new BadHttpRequestException("Only one file can be uploaded at a time; its field must be called \"file\"");
        }
    }

    private static string FileNameOf(ContentDispositionHeaderValue disposition) =>
        HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value ?? "";

    private static OcsResult NotFound() => OcsResult.Failure(StatusCodes.Status404NotFound, "Not found");
}
