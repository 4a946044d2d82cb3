using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>What tests do to provider apps and with them.</summary>
internal static class ExAppDriver
{
    private const string Root = "/ocs/v2.php/taskprocessing";

    private static readonly object[] None = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<ExAppStatus> StatusAsync(this TestServer server, string appId) => server.Get<IExAppStatusStore>().GetAsync(appId, Token);

    /// <summary>Waits until the app has come to rest in the stage, with a problem that holds the given words.</summary>
    public static async Task<ExAppStatus> ReachesAsync(this TestServer server, string appId, ExAppStage stage, string problem = "")
    {
        ExAppStatus? status = null;
        await Eventually.BecomesTrue(
            () =>
            {
                status = server.StatusAsync(appId).GetAwaiter().GetResult();
                return status.Stage == stage && (problem.Length == 0 || status.Problem?.Contains(problem) == true);
            },
            $"{appId} becoming {stage} ({problem})");
        return status!;
    }

    /// <summary>What an app posts to register a provider.</summary>
    public static object Provider(string id, string taskType, object? inputEnums = null, object? inputDefaults = null) => new
    {
        id,
        name = id,
        task_type = taskType,
        expected_runtime = 30,
        optional_input_shape = None,
        optional_output_shape = None,
        input_shape_enum_values = inputEnums ?? None,
        input_shape_defaults = inputDefaults ?? None,
        optional_input_shape_enum_values = None,
        optional_input_shape_defaults = None,
        output_shape_enum_values = None,
        optional_output_shape_enum_values = None,
    };

    public static async Task RegisterAsync(this HttpClient app, string id, string taskType, object? customTaskType = null) =>
        (await app.PostAsJsonAsync("/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing", new { provider = Provider(id, taskType), customTaskType }, Token)).EnsureSuccessStatusCode();

    public static async Task<long> ScheduleAsync(this HttpClient user, string type, object input, bool preferStreaming = false)
    {
        var response = await user.PostAsJsonAsync($"{Root}/schedule", new { input, type, appId = "test", preferStreaming }, Token);
        response.IsSuccessStatusCode.Should().BeTrue(await response.Content.ReadAsStringAsync(Token));
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("ocs").GetProperty("data").GetProperty("task").GetProperty("id").GetInt64();
    }

    public static async Task<JsonElement> TaskAsync(this HttpClient user, long id) =>
        (await user.GetFromJsonAsync<JsonElement>($"{Root}/task/{id}", Token)).GetProperty("ocs").GetProperty("data").GetProperty("task");

    /// <summary>The id of the task that is handed out for the provider; null when there is none.</summary>
    public static async Task<long?> NextAsync(this HttpClient app, string providerId, string taskType)
    {
        var response = await app.GetAsync($"{Root}/tasks_provider/next?providerIds[]={providerId}&taskTypeIds[]={taskType}", Token);
        response.EnsureSuccessStatusCode();
        return response.StatusCode == System.Net.HttpStatusCode.NoContent
            ? null
            : (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("ocs").GetProperty("data").GetProperty("task").GetProperty("id").GetInt64();
    }
}
