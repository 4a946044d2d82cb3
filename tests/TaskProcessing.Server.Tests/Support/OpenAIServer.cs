using System.Diagnostics;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A server with OpenAI's API from npm (<c>npm ci</c> in tests/npm), of one test's own; without it the tests that want
/// one are skipped, visibly. It ends with its standard input, so with this process at the latest.
/// </summary>
internal sealed class OpenAIServer : IAsyncDisposable
{
    private readonly Process _process;

    private OpenAIServer(Process process, string url)
    {
        _process = process;
        Url = url;
    }

    public string Url { get; }

    public static async Task<OpenAIServer> StartAsync()
    {
        var process = NpmTools.Start("openai-server.mjs", "@copilotkit/aimock");
        return new OpenAIServer(process, (await process.StandardOutput.ReadLineAsync())!);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
