namespace TaskProcessing.Server.Tests.Support;

/// <summary>Debian's Chromium, without a window. The test is skipped where it is not installed.</summary>
internal static class Browser
{
    /// <summary>Opens a page, in a profile of its own; every host below <c>.test</c> is this machine.</summary>
    /// <returns>The page when its scripts are done.</returns>
    public static async Task<string> OpenAsync(string url)
    {
        var profile = new TemporaryFolder();
        var (exitCode, output) = await DebianTools.RunAsync(
            "chromium",
            profile.Path,
            [],
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            $"--user-data-dir={profile.Path}",
            "--host-resolver-rules=MAP *.test 127.0.0.1",
            "--virtual-time-budget=20000",
            "--dump-dom",
            url
        );
        exitCode.Should().Be(0, output);
        return output;
    }
}
