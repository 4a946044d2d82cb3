using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Writes the calls that ask for a task, or for several.</summary>
internal static class NextTaskCall
{
    private const string One = "ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Several = "ocs/v2.php/taskprocessing/tasks_provider/next_batch";

    // Servers and proxies commonly end a request line at 8 KB.
    private const int LongestQuery = 4000;

    public static HttpRequestMessage Make(OcsConnection connection, IReadOnlyCollection<ProviderDescriptor> providers, TimeSpan wait) =>
        Make(connection, One, providers, wait > TimeSpan.Zero ? Number("wait", (int)wait.TotalSeconds) : "");

    public static HttpRequestMessage MakeBatch(OcsConnection connection, IReadOnlyCollection<ProviderDescriptor> providers, int most) =>
        Make(connection, Several, providers, Number("numberOfTasks", most));

    private static HttpRequestMessage Make(
        OcsConnection connection,
        string route,
        IReadOnlyCollection<ProviderDescriptor> providers,
        string more
    )
    {
        string[] providerIds = [.. providers.Select(provider => provider.Id)];
        string[] taskTypeIds = [.. providers.Select(provider => provider.TaskType).Distinct()];
        var query = string.Join(
            '&',
            providerIds
                .Select(id => $"providerIds[]={Uri.EscapeDataString(id)}")
                .Concat(taskTypeIds.Select(id => $"taskTypeIds[]={Uri.EscapeDataString(id)}"))
        );
        if (query.Length <= LongestQuery)
            return connection.Request(HttpMethod.Get, $"{route}?{query}{(more.Length > 0 ? "&" : "")}{more}");

        // Servers read a JSON body on GET too; only here, because some proxies drop it.
        var request = connection.Request(HttpMethod.Get, $"{route}{(more.Length > 0 ? "?" : "")}{more}");
        request.Content = OcsConnection.Json(json =>
        {
            WriteList(json, "providerIds", providerIds);
            WriteList(json, "taskTypeIds", taskTypeIds);
        });
        return request;
    }

    private static string Number(string key, int value) => $"{key}={value.ToString(CultureInfo.InvariantCulture)}";

    private static void WriteList(Utf8JsonWriter json, string key, string[] values)
    {
        json.WriteStartArray(key);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
