using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>A person at a web page: Debian's Chromium, driven by Playwright. Pages must leave no error in the browser's console.</summary>
internal sealed class PageBrowser : IAsyncDisposable
{
    private static readonly string AxeFile = NpmTools.PathOf(Path.Combine("node_modules", "axe-core", "axe.min.js"));

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _errors = new();

    private PageBrowser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, Page) = (playwright, browser, page);
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !ExpectedErrors.Any(message.Text.Contains))
                _errors.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>The errors in the console so far, but for expected ones.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Errors that contain one of these do not fail the test. A page asks for the session to learn that nobody is signed in.</summary>
    public ConcurrentBag<string> ExpectedErrors { get; } = ["status of 401"];

    /// <summary>Opens a window of that width; the test is skipped where Chromium is not installed.</summary>
    public static async Task<PageBrowser> StartAsync(TestServer server, int width = 1200, string locale = "en-GB", bool isDark = false)
    {
        var chromium = Programs.Need("chromium");
        NpmTools.Need("axe-core");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-dev-shm-usage"] }
        );
        var page = await browser.NewPageAsync(
            new BrowserNewPageOptions
            {
                BaseURL = server.Address.ToString(),
                ViewportSize = new ViewportSize { Width = width, Height = 800 },
                HasTouch = width < 600,
                Locale = locale,
                ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        // Machines under load are slow; a hanging test is ended by its runner.
        page.SetDefaultTimeout(120_000);
        page.SetDefaultNavigationTimeout(120_000);
        Assertions.SetDefaultExpectTimeout(120_000);
        return new PageBrowser(playwright, browser, page);
    }

    /// <summary>Signs in with <see cref="SessionDriver.Password"/>, by the keyboard.</summary>
    public async Task SignInAsync(string user, string path = "/")
    {
        await Page.GotoAsync(path);
        await Page.GetByLabel("Login name").FillAsync(user);
        await Page.Keyboard.PressAsync("Tab");
        await Page.Keyboard.TypeAsync(SessionDriver.Password);
        await Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>
    /// Fails for what axe-core calls serious or critical, for a page that is wider than its window, and for errors in the console.
    /// </summary>
    public async Task CheckAsync(string view)
    {
        _errors.Should().BeEmpty("of {0}", view);
        await Page.EvaluateAsync(await File.ReadAllTextAsync(AxeFile));
        var found = await Page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
                .filter(one => one.impact === "serious" || one.impact === "critical")
                .map(one => `${one.id}: ${one.nodes.map(node => node.html).join(" ")}`)
            """
        );
        found.EnumerateArray().Select(one => one.GetString()).Should().BeEmpty("of {0}", view);
        (await Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).Should().BeTrue(view);
        await ShowAsync(view);
    }

    /// <summary>Keeps a picture where TASKPROCESSING_SCREENSHOTS names a folder.</summary>
    public async Task ShowAsync(string view)
    {
        if (Environment.GetEnvironmentVariable("TASKPROCESSING_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{view}.png") });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
