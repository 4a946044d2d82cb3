using System.Text;
using System.Text.Json;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Writes JSON as a query the way PHP does (<c>task[input][text]=…</c>): so AppAPI calls apps by GET.</summary>
internal static class PhpQuery
{
    public static string Write(JsonElement json)
    {
        var query = new StringBuilder();
        Write(query, "", json);
        return query.ToString();
    }

    private static void Write(StringBuilder query, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    Write(query, name.Length == 0 ? property.Name : $"{name}[{property.Name}]", property.Value);
                break;
            case JsonValueKind.Array:
                foreach (var (index, entry) in value.EnumerateArray().Index())
                    Write(query, $"{name}[{index}]", entry);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            default:
                if (query.Length > 0)
                    query.Append('&');
                query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(Text(value)));
                break;
        }
    }

    private static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };
}
