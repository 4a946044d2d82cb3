using System.Net.Http.Headers;
using System.Text.Json;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>
/// What belongs to alice: a file and a running task that names it. Both hold a mark that no answer to somebody else may contain.
/// </summary>
internal sealed class Belongings
{
    public const string Mark = "only-for-the-eyes-of-alice";
    public const string Type = "core:audio2text";

    private static readonly byte[] Content = System.Text.Encoding.UTF8.GetBytes($"RIFF {Mark}");

    private readonly HttpClient _alice;
    private readonly HttpClient _worker;

    private Belongings(HttpClient alice, HttpClient worker) => (_alice, _worker) = (alice, worker);

    public long FileId { get; private set; }

    public long TaskId { get; private set; }

    public long Claim { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="alice">A client of hers.</param>
    /// <param name="worker">The provider app that gets her tasks.</param>
    public static async Task<Belongings> MakeAsync(HttpClient alice, HttpClient worker)
    {
        var belongings = new Belongings(alice, worker);
        await belongings.RenewAsync();
        return belongings;
    }

    /// <summary>Makes anew what a permitted call has changed, or may have.</summary>
    public async Task RenewAsync()
    {
        FileId = await _alice.PutFileAsync("secret.wav", Content);
        var reply = await _alice.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                input = new { input = FileId },
                type = Type,
                appId = "test",
                customId = Mark,
            }
        );
        reply.HttpStatus.Should().Be(200, reply.Message);
        TaskId = reply.TaskId;
        OcsReply claimed;
        do
        {
            claimed = await _worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}");
            claimed.HttpStatus.Should().Be(200);
        } while (claimed.TaskId != TaskId);
        Claim = claimed.Claim;
    }

    /// <summary>The file and the task are as they were made.</summary>
    public async Task<bool> AreUntouchedAsync()
    {
        using var file = await _alice.GetAsync("/remote.php/webdav/secret.wav", Token);
        if (
            !file.IsSuccessStatusCode
            || Convert.ToHexString(await file.Content.ReadAsByteArrayAsync(Token)) != Convert.ToHexString(Content)
        )
            return false;

        using var answer = await _alice.GetAsync($"{OcsDriver.Root}/task/{TaskId}", Token);
        if (!answer.IsSuccessStatusCode)
            return false;

        var task = (await OcsDriver.DataOf(answer)).GetProperty("task");
        return task.GetProperty("status").GetString() == "STATUS_RUNNING"
            && task.GetProperty("output").ValueKind == JsonValueKind.Null
            && task.GetProperty("progress").ValueKind == JsonValueKind.Null;
    }

    /// <summary>A client that says it is alice, and does not know her password.</summary>
    public static HttpClient Impostor(TestServer server)
    {
        var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:guess"));
        return client;
    }
}
