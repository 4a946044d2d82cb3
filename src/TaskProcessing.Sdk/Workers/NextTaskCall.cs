using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Writes the call that asks for a task.</summary>
internal static class NextTaskCall
{
    private const string Route = "ocs/v2.php/taskprocessing/tasks_provider/next";

    // Servers and proxies commonly end a request line at 8 KB.
    private const int LongestQuery = 4000;

    public static HttpRequestMessage Make(OcsConnection connection, IReadOnlyCollection<ProviderDescriptor> providers, TimeSpan wait)
    {
        string[] providerIds = [.. providers.Select(provider => provider.Id)];
        string[] taskTypeIds = [.. providers.Select(provider => provider.TaskType).Distinct()];
        var seconds = wait > TimeSpan.Zero ? $"wait={((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)}" : "";
        var query = string.Join(
            '&',
            providerIds
                .Select(id => $"providerIds[]={Uri.EscapeDataString(id)}")
                .Concat(taskTypeIds.Select(id => $"taskTypeIds[]={Uri.EscapeDataString(id)}"))
        );
        if (query.Length <= LongestQuery)
            return connection.Request(HttpMethod.Get, $"{Route}?{query}{(seconds.Length > 0 ? "&" : "")}{seconds}");

        // Servers read a JSON body on GET too; only here, because some proxies drop it.
        var request = connection.Request(HttpMethod.Get, $"{Route}{(seconds.Length > 0 ? "?" : "")}{seconds}");
        request.Content = OcsConnection.Json(json =>
        {
            WriteList(json, "providerIds", providerIds);
            WriteList(json, "taskTypeIds", taskTypeIds);
        });
        return request;
    }

    private static void WriteList(Utf8JsonWriter json, string key, string[] values)
    {
        json.WriteStartArray(key);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
