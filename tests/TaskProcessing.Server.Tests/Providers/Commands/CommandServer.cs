using System.Text.Json;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Commands;

/// <summary>A server whose tasks are done by programs, and a user of it.</summary>
internal sealed class CommandServer : IAsyncDisposable
{
    private CommandServer(TestServer server, HttpClient user)
    {
        Server = server;
        User = user;
    }

    public TestServer Server { get; }

    public HttpClient User { get; }

    /// <summary>Starts a server with these settings, each below <c>Providers</c>.</summary>
    public static async Task<CommandServer> StartAsync(IReadOnlyDictionary<string, string> settings, TimeProvider? time = null)
    {
        var server = await TestServer.StartAsync(time: time, settings: settings);
        return new CommandServer(server, await server.UserAsync("alice"));
    }

    /// <summary>Starts a server with one command, of <c>core:text2text</c> unless the settings say otherwise.</summary>
    public static Task<CommandServer> StartAsync(
        string program,
        string[] arguments,
        Dictionary<string, string>? more = null,
        TimeProvider? time = null
    )
    {
        var settings = new Dictionary<string, string> { ["TaskType"] = "core:text2text", ["Program"] = program };
        for (var i = 0; i < arguments.Length; i++)
            settings[$"Arguments:{i}"] = arguments[i];
        foreach (var (key, value) in more ?? [])
            settings[key] = value;
        return StartAsync(
            settings.ToDictionary(
                setting =>
                    setting.Key.StartsWith("TaskTypes:", StringComparison.Ordinal) ? setting.Key : $"Providers:Commands:test:{setting.Key}",
                setting => setting.Value
            ),
            time
        );
    }

    /// <summary>Starts a server with one command that is a few lines of shell: the server itself knows no shell.</summary>
    public static Task<CommandServer> ScriptAsync(
        string script,
        Dictionary<string, string>? more = null,
        TimeProvider? time = null,
        params string[] arguments
    ) => StartAsync("sh", ["-c", script, .. arguments], more, time);

    public Task<long> ScheduleAsync(string text) => User.ScheduleAsync("core:text2text", new { input = text });

    /// <summary>Runs a task; answers it when it has ended.</summary>
    public async Task<JsonElement> RunAsync(string taskType, object input) =>
        await User.EndedAsync(await User.ScheduleAsync(taskType, input));

    /// <summary>Runs a <c>core:text2text</c> task; answers the text.</summary>
    public async Task<string> TextAsync(string input)
    {
        var task = await RunAsync("core:text2text", new { input });
        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL", await ErrorAsync(task.GetProperty("id").GetInt64()));
        return task.GetProperty("output").GetProperty("output").GetString()!;
    }

    /// <summary>Runs a task that fails, with a log line; answers the message for administrators.</summary>
    public async Task<string> FailureAsync(string input)
    {
        Server.ExpectedLog.Add("failed");
        var task = await RunAsync("core:text2text", new { input });
        task.GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        return await ErrorAsync(task.GetProperty("id").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        User.Dispose();
        await Server.DisposeAsync();
    }

    private async Task<string> ErrorAsync(long taskId) =>
        (await Server.Get<ITaskStore>().FindAsync(taskId, CancellationToken.None))!.ErrorMessage ?? "";
}
