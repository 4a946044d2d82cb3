using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>What a handler answers: the first of the two doors to the envelope (the other is <see cref="Http.ErrorPages"/>).</summary>
/// <param name="Status">An HTTP status or one of <see cref="OcsStatus"/>.</param>
/// <param name="Data">What stands in <c>data</c>.</param>
/// <param name="MetaMessage">The message of the meta block; of a success it is always <c>OK</c>.</param>
/// <param name="HttpStatus">The HTTP status on both versions, for what is refused before a handler runs; null lets the version's rules decide.</param>
internal sealed record OcsResult(int Status, OcsData Data, string MetaMessage = "", int? HttpStatus = null) : IResult
{
    /// <summary>Whether it was made before or beside a handler; its XML then has another content type.</summary>
    public bool IsOutsideHandler { get; init; }

    public static OcsResult Ok(OcsData data) => new(200, data);

    /// <summary>A failure that a handler foresaw: the message stands in the data, that of the meta block stays empty.</summary>
    public static OcsResult Failure(int status, string message) => new(status, OcsData.Message(message));

    /// <summary>Refused before a handler ran. Nextcloud says little or nothing then, so both places carry the message: every client finds it.</summary>
    public static OcsResult Refusal(int status, string message) => new(status, OcsData.Message(message), message, status) { IsOutsideHandler = true };

    public Task ExecuteAsync(HttpContext httpContext) => OcsWriter.WriteAsync(httpContext, this);
}
