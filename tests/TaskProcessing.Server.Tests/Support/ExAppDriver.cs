using System.Net.Http.Json;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Acts as provider apps, and reads their state.</summary>
internal static class ExAppDriver
{
    private static readonly object[] None = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<ExAppStatus> StatusAsync(this TestServer server, string appId) =>
        server.Get<IExAppStatusStore>().GetAsync(appId, Token);

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
            $"{appId} becoming {stage} ({problem})"
        );
        return status!;
    }

    /// <summary>The body with which an app registers a provider.</summary>
    public static object Provider(string id, string taskType, object? inputEnums = null, object? inputDefaults = null) =>
        new
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
        (
            await app.PostAsJsonAsync(
                "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing",
                new { provider = Provider(id, taskType), customTaskType },
                Token
            )
        ).EnsureSuccessStatusCode();

    /// <summary>A client of the app <c>worker</c>, which serves the given types with the providers <c>worker:TYPE</c>.</summary>
    public static async Task<HttpClient> WorkerAsync(this TestServer server, params string[] types)
    {
        var app = await server.ExAppAsync("worker");
        foreach (var type in types)
            await app.RegisterAsync($"worker:{type}", type);

        return app;
    }

    /// <summary>The id of the task that is handed out for the provider; null when there is none.</summary>
    public static async Task<long?> NextAsync(this HttpClient app, string providerId, string taskType)
    {
        var reply = await app.OcsAsync("GET", $"/tasks_provider/next?providerIds[]={providerId}&taskTypeIds[]={taskType}");
        reply.HttpStatus.Should().BeOneOf(200, 204);
        return reply.HttpStatus == 204 ? null : reply.TaskId;
    }

    /// <summary>Ends a task; answers its status.</summary>
    public static async Task<string> FinishAsync(this HttpClient app, long taskId, object output)
    {
        var reply = await app.OcsAsync("POST", $"/tasks_provider/{taskId}/result", new { output });
        reply.HttpStatus.Should().Be(200, reply.Message);
        return (string)reply.Task["status"]!;
    }
}
