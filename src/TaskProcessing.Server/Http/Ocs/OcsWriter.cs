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
        var version1 = context.Request.IsVersion1();
        var response = context.Response;
        response.StatusCode = result.HttpStatus ?? OcsStatus.ToHttp(result.Status, version1);
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        if (context.Features.Get<Caller>()?.UserId is { } userId)
            response.Headers["X-User-Id"] = Uri.EscapeDataString(userId);

        var json = context.Request.WantsJson();
        response.ContentType = ContentType(json, result.IsOutsideHandler);

        // 204 has no body; version 1 never gets here with it, as its HTTP status is 200.
        if (response.StatusCode is 204)
            return;

        var profile = context.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value.Profile;
        using var buffer = JsonBuffer.Take();
        WriteJson(buffer.Json, result, version1, new OcsStyle(profile, AnswerLanguage.Of(context.Request)));
        var body = json ? buffer.Written : OcsXml.FromJson(buffer.Written);

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

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
