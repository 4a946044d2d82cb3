using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>
/// The answer of a handler: the first of the two sources of the envelope (the other is <see cref="Http.ErrorPages"/>).
/// </summary>
/// <param name="Status">An HTTP status or one of <see cref="OcsStatus"/>.</param>
/// <param name="Data">The content of <c>data</c>.</param>
/// <param name="MetaMessage">The message of the meta block; of a success it is always <c>OK</c>.</param>
/// <param name="HttpStatus">
/// The HTTP status on both versions, for requests that are refused before a handler runs; null leaves the status to the
/// version's rules.
/// </param>
internal sealed record OcsResult(int Status, OcsData Data, string MetaMessage = "", int? HttpStatus = null) : IResult
{
    /// <summary>True when it was made before or beside a handler; its XML then has another content type.</summary>
    public bool IsOutsideHandler { get; init; }

    public static OcsResult Ok(OcsData data) => new(200, data);

    /// <summary>A failure that a handler foresaw: the data has the message, the message of the meta block is empty.</summary>
    public static OcsResult Failure(int status, string message) => new(status, OcsData.Message(message));

    public static OcsResult Failure(Problem problem) => Failure(problem.Status, problem.Message);

    /// <summary>
    /// A refusal before a handler ran. Nextcloud sends little or no text then, so both places have the message: every
    /// client finds it. A bad parameter is a failure like any other, HTTP 200 on version 1.
    /// </summary>
    public static OcsResult Refusal(int status, string message) =>
        new(status, OcsData.Message(message), message, status == StatusCodes.Status400BadRequest ? null : status)
        {
            IsOutsideHandler = true,
        };

    public Task ExecuteAsync(HttpContext httpContext) => OcsWriter.WriteAsync(httpContext, this);
}
