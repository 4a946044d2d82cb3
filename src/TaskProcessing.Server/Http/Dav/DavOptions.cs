using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>OPTIONS: the verbs at a path.</summary>
internal sealed class DavOptions(IFileStore files)
{
    /// <summary>
    /// All but MKCOL. PUT is among them on folders too, as in Nextcloud: clients ask a folder whether files can be written into it.
    /// </summary>
    public const string VerbsOfFile = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, COPY, MOVE, LOCK, UNLOCK";

    private const string VerbsOfNewPath = "OPTIONS, PUT, MKCOL, LOCK";

    private const string VerbsOfTop = "OPTIONS, SEARCH";

    public async Task<IResult> AnswerAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var isThere = await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not null;
        return Answer(request.Context, isThere ? VerbsOfFile : VerbsOfNewPath);
    }

    /// <summary>The address above all trees, which only searches.</summary>
    public static IResult AnswerTop(HttpContext context)
    {
        context.Response.Headers["DASL"] = "<DAV:basicsearch>";
        return Answer(context, VerbsOfTop);
    }

    private static IResult Answer(HttpContext context, string verbs)
    {
        context.Response.Headers["DAV"] = "1, 2, 3";
        context.Response.Headers.Allow = verbs;
        // Without it Microsoft's clients look for FrontPage first.
        context.Response.Headers["MS-Author-Via"] = "DAV";
        return Results.Ok();
    }
}
