using TaskProcessing.Server.Files;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>The users, apps and files of the recording.</summary>
internal static class RecordedScene
{
    private const string ProviderApp = "oracle_provider";

    /// <summary>
    /// The headers of a caller: <c>alice</c> sends an app password, <c>alice:word</c> that word as password; apps send AppAPI's headers.
    /// </summary>
    public static (string Name, string Value)[] Credentials(string? caller)
    {
        if (caller is null)
            return [];
        if (caller.Split(':', 2) is not [var kind, var rest])
            return [("Authorization", $"Basic {TestServer.Base64($"{caller}:token-of-{caller}")}")];

        return kind switch
        {
            "bearer" => [("Authorization", $"Bearer token-of-{rest}")],
            "exapp" => App(ProviderApp, rest, "secret"),
            "exapp-wrong" => App(ProviderApp, rest, "guess"),
            "exapp-unknown" => App("nobody_knows", rest, "secret"),
            "exapp-disabled" => App("oracle_disabled", rest, "secret"),
            _ => [("Authorization", $"Basic {TestServer.Base64(caller)}")],
        };
    }

    /// <summary>Adds them to a server; answers the ids of the files by their placeholders.</summary>
    public static async Task<Dictionary<string, long>> FurnishAsync(TestServer server)
    {
        await server.AddUserAsync("admin", isAdmin: true);
        await server.AddUserAsync("alice", password: "pw");
        foreach (var user in new[] { "bob", "carol", "dave" })
            await server.AddUserAsync(user);

        await server.AddExAppAsync(ProviderApp);
        await server.AddExAppAsync("oracle_disabled", enabled: false);
        server.ExpectedLog.Add("Rejected a provider");

        return new Dictionary<string, long>
        {
            ["<file hello.txt>"] = await PutFileAsync(server, "alice", "hello.txt", "hello world\n"u8.ToArray()),
            ["<file dot.png>"] = await PutFileAsync(server, "alice", "dot.png", RecordedBytes("input-png-owner")),
            ["<file beep.wav>"] = await PutFileAsync(server, "alice", "beep.wav", RecordedBytes("input-wav-owner")),
            ["<file über \"quoted\" 你好.txt>"] = await PutFileAsync(
                server,
                "alice",
                "über \"quoted\" 你好.txt",
                "hello again\n"u8.ToArray()
            ),
            ["<file folder/>"] = await PutFileAsync(server, "alice", "folder", content: null),
            ["<file bobs.txt of bob>"] = await PutFileAsync(server, "bob", "bobs.txt", "secret of bob\n"u8.ToArray()),
        };
    }

    private static (string Name, string Value)[] App(string id, string userId, string secret) =>
        [
            ("EX-APP-ID", id),
            ("EX-APP-VERSION", "1.0.0"),
            ("AA-VERSION", "32.0.0"),
            ("AUTHORIZATION-APP-API", TestServer.Base64($"{userId}:{secret}")),
        ];

    private static byte[] RecordedBytes(string name) => Convert.FromBase64String((string)RecordedCall.Find("files", name).Answer.Body!);

    /// <summary>Adds a file over WebDAV, or a folder when there is no content.</summary>
    private static async Task<long> PutFileAsync(TestServer server, string userId, string name, byte[]? content)
    {
        var answer = await new RawHttp(server.Address).SendAsync(
            content is null ? "MKCOL" : "PUT",
            $"/remote.php/dav/files/{userId}/{Uri.EscapeDataString(name)}",
            Credentials(userId),
            content,
            TestContext.Current.CancellationToken
        );
        answer.Status.Should().Be(201, answer.Text);
        return (
            await server.Get<IFileStore>().FindAtAsync(userId, new FilePath(FileTree.Files, name), TestContext.Current.CancellationToken)
        )!.Id;
    }
}
