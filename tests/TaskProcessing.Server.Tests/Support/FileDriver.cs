using System.Net;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Calls the routes of files as users and provider apps.</summary>
internal static class FileDriver
{
    /// <summary>A PNG of one red pixel.</summary>
    public static byte[] Png { get; } =
        Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>Puts a file into the user's tree; answers its id.</summary>
    public static async Task<long> PutFileAsync(this HttpClient user, string path, byte[] content)
    {
        var answer = await user.PutAsync($"/remote.php/webdav/{path}", new ByteArrayContent(content));
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        var id = answer.Headers.GetValues("OC-FileId").Single();
        return long.Parse(id.TakeWhile(char.IsAsciiDigit).ToArray());
    }

    public static async Task<HttpResponseMessage> TryUploadAsync(
        this HttpClient app,
        long taskId,
        byte[] content,
        string fileName = "out.png",
        string field = "file"
    )
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), field, fileName } };
        return await app.PostAsync($"{OcsDriver.Root}/tasks_provider/{taskId}/file", form);
    }

    /// <summary>Uploads a result file; answers its id.</summary>
    public static async Task<long> UploadAsync(this HttpClient app, long taskId, byte[] content, string fileName = "out.png")
    {
        var answer = await app.TryUploadAsync(taskId, content, fileName);
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await OcsDriver.DataOf(answer)).GetProperty("fileId").GetInt64();
    }
}
