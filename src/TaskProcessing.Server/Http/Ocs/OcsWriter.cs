using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Texts;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>Writes every envelope: version 1 or 2, JSON or XML.</summary>
internal static class OcsWriter
{
    public static async Task WriteAsync(HttpContext context, OcsResult result)
    {
        var response = context.Response;
        WriteHead(context, result);

        // 204 has no body; version 1 never gets here with it, as its HTTP status is 200.
        if (response.StatusCode is 204)
            return;

        using var buffer = JsonBuffer.Take();
        WriteJson(buffer.Json, result, context.Request.IsVersion1(), Style(context));
        var body = context.Request.WantsJson() ? buffer.Written : OcsXml.FromJson(buffer.Written);

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Everything but the body.</summary>
    public static void WriteHead(HttpContext context, OcsResult result)
    {
        var response = context.Response;
        response.StatusCode = result.HttpStatus ?? OcsStatus.ToHttp(result.Status, context.Request.IsVersion1());
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        if (context.Features.Get<Caller>()?.UserId is { } userId)
            response.Headers["X-User-Id"] = Uri.EscapeDataString(userId);

        response.ContentType = ContentType(context.Request.WantsJson(), result.IsOutsideHandler);
    }

    /// <summary>The body, as it is sent.</summary>
    public static byte[] Body(HttpContext context, OcsResult result)
    {
        using var buffer = JsonBuffer.Take();
        WriteJson(buffer.Json, result, context.Request.IsVersion1(), Style(context));
        return context.Request.WantsJson() ? buffer.Written.ToArray() : OcsXml.FromJson(buffer.Written);
    }

    public static OcsStyle Style(HttpContext context) =>
        new(context.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value.Profile, AnswerLanguage.Of(context.Request));

    /// <summary>Nextcloud calls its XML <c>text/xml</c> where no handler was reached.</summary>
    public static string ContentType(bool json, bool isOutsideHandler) =>
        (json, isOutsideHandler) switch
        {
            (true, _) => "application/json; charset=utf-8",
            (false, true) => "text/xml; charset=utf-8",
            (false, false) => "application/xml; charset=utf-8",
        };

    private static void WriteJson(Utf8JsonWriter json, OcsResult result, bool version1, OcsStyle style)
    {
        var ok = OcsStatus.IsOk(result.Status, version1);
        json.WriteStartObject();
        json.WriteStartObject("ocs"u8);
        json.WriteStartObject("meta"u8);
        json.WriteString("status"u8, ok ? "ok"u8 : "failure"u8);
        json.WriteNumber("statuscode"u8, OcsStatus.ToMeta(result.Status, version1));
        json.WriteString("message"u8, ok ? "OK" : result.MetaMessage);
        if (version1)
        {
            json.WriteString("totalitems"u8, ""u8);
            json.WriteString("itemsperpage"u8, ""u8);
        }

        json.WriteEndObject();
        json.WritePropertyName("data"u8);
        result.Data.Write(json, style);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
