using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Rest;

/// <summary>Every answer of the REST API: <c>{"code": 200, "message": "success", "data": …}</c>, with the code as HTTP status.</summary>
internal sealed class RestResult<T>(int code, string message, T? data, JsonTypeInfo<RestEnvelope<T>> type) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = code;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        var body = JsonSerializer.SerializeToUtf8Bytes(new RestEnvelope<T>(code, message, data), type);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}

/// <summary>The short ways to a <see cref="RestResult{T}"/>.</summary>
internal static class RestResult
{
    public static RestResult<TaskSummaryResource[]> Ok(TaskSummaryResource[] tasks) =>
        new(200, "success", tasks, RestJson.Default.RestEnvelopeTaskSummaryResourceArray);

    public static RestResult<TaskPageResource> Ok(TaskPageResource page) =>
        new(200, "success", page, RestJson.Default.RestEnvelopeTaskPageResource);

    public static RestResult<TaskDetailResource> Ok(TaskDetailResource task) =>
        new(200, "success", task, RestJson.Default.RestEnvelopeTaskDetailResource);

    /// <summary>An answer without data, be it good or bad.</summary>
    public static RestResult<object> Message(int code, string message) => new(code, message, null, RestJson.Default.RestEnvelopeObject);

    public static RestResult<object> Message(Problem problem) => Message(problem.Status, problem.Message);

    /// <summary>True for a path of the REST API.</summary>
    public static bool IsRest(this HttpRequest request) => request.Path.StartsWithSegments("/api/v1");
}

/// <summary>The envelope.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Message">success, the change, or the error.</param>
/// <param name="Data">The answer; null when something is wrong.</param>
internal sealed record RestEnvelope<T>(int Code, string Message, T? Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RestEnvelope<TaskSummaryResource[]>))]
[JsonSerializable(typeof(RestEnvelope<TaskPageResource>))]
[JsonSerializable(typeof(RestEnvelope<TaskDetailResource>))]
[JsonSerializable(typeof(RestEnvelope<object>))]
internal sealed partial class RestJson : JsonSerializerContext
{
    static RestJson() =>
        Default = new RestJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
