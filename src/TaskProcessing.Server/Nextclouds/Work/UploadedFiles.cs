using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>A file of a result as it is stored there.</summary>
/// <param name="Id">Its id there.</param>
/// <param name="IsOfUser">True when it is among the user's own files.</param>
internal readonly record struct UploadedFile(long Id, bool IsOfUser);

/// <summary>Which local file was uploaded as which one, in a column: <c>{"7":{"id":92,"user":true}}</c>.</summary>
internal static class UploadedFiles
{
    public static Dictionary<long, UploadedFile> Read(string? uploads) =>
        uploads is null
            ? []
            : JsonElement
                .Parse(uploads)
                .EnumerateObject()
                .ToDictionary(
                    upload => long.Parse(upload.Name, CultureInfo.InvariantCulture),
                    upload => new UploadedFile(upload.Value.GetProperty("id").GetInt64(), upload.Value.GetProperty("user").GetBoolean())
                );

    public static string Write(Dictionary<long, UploadedFile> uploads)
    {
        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        foreach (var (local, there) in uploads)
        {
            buffer.Json.WriteStartObject(local.ToString(CultureInfo.InvariantCulture));
            buffer.Json.WriteNumber("id", there.Id);
            buffer.Json.WriteBoolean("user", there.IsOfUser);
            buffer.Json.WriteEndObject();
        }

        buffer.Json.WriteEndObject();
        return buffer.Text;
    }
}
