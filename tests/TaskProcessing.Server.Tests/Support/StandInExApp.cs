using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>A provider app of another make, in a process of its own: see tests/standins/exapp.mjs.</summary>
internal sealed class StandInExApp : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<JsonElement> _events = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private StandInExApp(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } json)
                _events.Enqueue(JsonElement.Parse(json));
        };
        process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port => Events("listening").Single().GetProperty("port").GetInt32();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Starts it, and waits until it listens and has asked the server for its state.</summary>
    public static async Task<StandInExApp> StartAsync(
        TestServer server,
        string id,
        string kind = "llm2",
        string secret = "secret",
        int port = 0,
        int pollMilliseconds = 20,
        string? init = null
    )
    {
        var start = new ProcessStartInfo(Programs.Need("node"), [Path.Combine(Repository.Root, "tests", "standins", "exapp.mjs")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["APP_ID"] = id,
                ["APP_SECRET"] = secret,
                ["APP_VERSION"] = "1.0.0",
                ["APP_PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["NEXTCLOUD_URL"] = server.Address.ToString(),
                ["STANDIN"] = kind,
                ["STANDIN_POLL"] = pollMilliseconds.ToString(CultureInfo.InvariantCulture),
            },
        };
        if (init is not null)
            start.Environment["STANDIN_INIT"] = init;

        var app = new StandInExApp(Process.Start(start)!);
        await Eventually.BecomesTrue(() => app.Events("started").Any() || app._process.HasExited, "the start of the stand-in");
        app._process.HasExited.Should().BeFalse(string.Join('\n', app._errors));
        return app;
    }

    public IEnumerable<JsonElement> Events(string name) => _events.Where(line => line.GetProperty("event").GetString() == name);

    /// <summary>The calls that the server made, such as <c>PUT /enabled?enabled=1</c>.</summary>
    public IEnumerable<string> Calls =>
        Events("called").Select(line => $"{line.GetProperty("method").GetString()} {line.GetProperty("path").GetString()}");

    /// <summary>The tasks that it was given, one entry for each time.</summary>
    public IEnumerable<long> Claimed => Events("claimed").Select(line => line.GetProperty("id").GetInt64());

    /// <summary>The failures that the real apps would only have logged.</summary>
    public IEnumerable<JsonElement> Mishaps => new[] { "swallowed", "next failed", "log failed", "streaming off" }.SelectMany(Events);

    /// <summary>Ends it without warning.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }
}
