using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>What users and provider apps do with files and with tasks that name them.</summary>
internal static class FileDriver
{
    public const string Root = "/ocs/v2.php/taskprocessing";

    /// <summary>A PNG of one red pixel.</summary>
    public static byte[] Png { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>Puts a file into the user's tree; answers its id.</summary>
    public static async Task<long> PutFileAsync(this HttpClient user, string path, byte[] content)
    {
        var answer = await user.PutAsync($"/remote.php/webdav/{path}", new ByteArrayContent(content));
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        var id = answer.Headers.GetValues("OC-FileId").Single();
        return long.Parse(id.TakeWhile(char.IsAsciiDigit).ToArray());
    }

    /// <summary>Registers a provider, named after its type, for the app.</summary>
    public static Task RegisterProviderAsync(this HttpClient app, string taskType, object? customTaskType = null) =>
        app.RegisterAsync($"worker:{taskType}", taskType, customTaskType);

    public static Task<HttpResponseMessage> TryScheduleAsync(this HttpClient user, string type, object input) =>
        user.PostAsJsonAsync($"{Root}/schedule", new { input, type, appId = "test" });

    /// <summary>Schedules a task; answers its id.</summary>
    public static async Task<long> ScheduleAsync(this HttpClient user, string type, object input) =>
        (await TaskOf(await user.TryScheduleAsync(type, input))).GetProperty("id").GetInt64();

    public static async Task<JsonElement> ClaimAsync(this HttpClient app, string taskType) =>
        await TaskOf(await app.GetAsync($"{Root}/tasks_provider/next?providerIds[]=worker:{taskType}&taskTypeIds[]={taskType}"));

    public static async Task<HttpResponseMessage> TryUploadAsync(this HttpClient app, long taskId, byte[] content, string fileName = "out.png", string field = "file")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), field, fileName } };
        return await app.PostAsync($"{Root}/tasks_provider/{taskId}/file", form);
    }

    /// <summary>Uploads a result file; answers its id.</summary>
    public static async Task<long> UploadAsync(this HttpClient app, long taskId, byte[] content, string fileName = "out.png")
    {
        var answer = await app.TryUploadAsync(taskId, content, fileName);
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await DataOf(answer)).GetProperty("fileId").GetInt64();
    }

    public static async Task<string> FinishAsync(this HttpClient app, long taskId, object output) =>
        (await TaskOf(await app.PostAsJsonAsync($"{Root}/tasks_provider/{taskId}/result", new { output }))).GetProperty("status").GetString()!;

    public static async Task<JsonElement> DataOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ocs").GetProperty("data");

    public static async Task<string> MessageOf(HttpResponseMessage answer) => (await DataOf(answer)).GetProperty("message").GetString()!;

    private static async Task<JsonElement> TaskOf(HttpResponseMessage answer)
    {
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await DataOf(answer)).GetProperty("task");
    }
}
