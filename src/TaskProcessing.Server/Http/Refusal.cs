using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Rest;

namespace TaskProcessing.Server.Http;

/// <summary>
/// The answer to a request that is refused before a handler runs, or whose handler failed, in the form of the API that
/// was called.
/// </summary>
internal static class Refusal
{
    public static IResult Of(HttpContext context, int status, string message) =>
        context.Request switch
        {
            var request when request.IsRest() => RestResult.Message(status, message),
            var request when request.Path.StartsWithSegments("/remote.php") => DavResult.Failure(status, message),
            _ => OcsResult.Refusal(status, message),
        };
}
