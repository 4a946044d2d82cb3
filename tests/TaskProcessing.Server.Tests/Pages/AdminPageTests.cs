using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;
using static Microsoft.Playwright.Assertions;

namespace TaskProcessing.Server.Tests.Pages;

/// <summary>An administrator works with the admin page, in a real browser on a real server.</summary>
public sealed partial class AdminPageTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1280, false)]
    [InlineData(390, true)]
    public async Task The_queue_is_seen_at_work_and_a_failed_task_runs_again(int width, bool isDark)
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        await server.AddUserAsync("ada", isAdmin: true, SessionDriver.Password);
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        for (var i = 0; i < 5; i++)
        {
            await alice.ScheduleAsync();
            await worker.FinishAsync(await NextAsync(worker), new { output = "done" });
        }

        var failed = (await alice.ScheduleAsync()).TaskId;
        await NextAsync(worker);
        await worker.OcsAsync("POST", $"/tasks_provider/{failed}/result", new { errorMessage = Error, userFacingErrorMessage = "Sorry" });
        var running = (await alice.ScheduleAsync()).TaskId;
        await NextAsync(worker);
        await worker.OcsAsync("POST", $"/tasks_provider/{running}/progress", new { progress = 0.4 });
        await alice.ScheduleAsync();
        await using var browser = await PageBrowser.StartAsync(server, width, isDark: isDark);
        var page = browser.Page;

        await browser.SignInAsync("ada", "/admin");
        await Expect(page.GetByText("Done in the last hour").Locator("xpath=..").Locator("dd")).ToHaveTextAsync("5");
        await Expect(page.Locator("canvas")).ToHaveCountAsync(2);
        await Expect(Row(page, "Running tasks", running)).ToContainTextAsync("app worker");
        await Expect(Row(page, "Running tasks", running)).ToContainTextAsync("40 %");
        await browser.CheckAsync($"admin-queue-{width}");

        await page.GetByRole(AriaRole.Link, new() { Name = "Failed" }).ClickAsync();
        await Expect(Row(page, "Failed tasks", failed)).ToContainTextAsync("CUDA out of memory");
        await browser.CheckAsync($"admin-failed-{width}");
        var again = page.GetByRole(AriaRole.Button, new() { Name = $"Run again: task {failed}" });
        await again.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"Run task {failed} again?");
        await browser.CheckAsync($"admin-dialog-{width}");
        await page.Keyboard.PressAsync("Escape");
        await Expect(again).ToBeFocusedAsync();
        (await alice.TaskAsync(failed)).GetProperty("status").GetString().Should().Be("STATUS_FAILED", "it was not confirmed");

        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run again" }).ClickAsync();
        await Expect(page.Locator("#announcements")).ToHaveTextAsync($"Task {failed} waits again.");
        await Expect(page.GetByText("No task has failed.")).ToBeVisibleAsync();
        (await alice.TaskAsync(failed)).GetProperty("status").GetString().Should().Be("STATUS_SCHEDULED");
    }

    [Theory]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    public async Task What_is_wrong_is_said_in_words(int width, bool isDark)
    {
        await using var app = await FakeExApp.StartAsync();
        await using var server = await TestServer.StartAsync(settings: Settings());
        await server.AddUserAsync("ada", isAdmin: true, SessionDriver.Password);
        using var worker = await server.WorkerAsync(Type);
        await server.AddExAppAsync("quiet");
        server.ExpectedLog.Add("there is no app \"later\"");
        var task = await server.EndTaskAsync("/hook", "AppAPI:later:POST");
        await server.DeliveryBecomesAsync(WebhookState.Refused);
        await using var browser = await PageBrowser.StartAsync(server, width, isDark: isDark);
        var page = browser.Page;

        await browser.SignInAsync("ada", "/admin#providers");
        await Expect(page.Locator(".problems")).ToContainTextAsync("App quiet was never heard of");
        await Expect(page.Locator(".problems")).ToContainTextAsync("Webhooks that were given up or refused: 1.");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Providers", Exact = true })).ToContainTextAsync("serving");
        await browser.CheckAsync($"admin-providers-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Lock out: quiet" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Lock it out" }).ClickAsync();
        await Expect(page.Locator(".problems")).Not.ToContainTextAsync("App quiet");

        await page.GetByRole(AriaRole.Link, new() { Name = "Webhooks" }).ClickAsync();
        await Expect(Row(page, "Failed webhooks", task)).ToContainTextAsync("there is no app");
        await browser.CheckAsync($"admin-webhooks-{width}");
        await server.AddExAppAsync("later", url: app.Url);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Send again: task {task}" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await server.DeliveryBecomesAsync(WebhookState.Delivered);
        await Expect(page.GetByText("No webhook was given up or refused.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(390, true)]
    public async Task Connected_Nextclouds_are_seen_checked_and_switched(int width, bool isDark)
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        await server.AddUserAsync("ada", isAdmin: true, SessionDriver.Password);
        await server.ConnectAsync("home", new Uri($"http://127.0.0.1:{Loopback.FreePort()}"));
        server.ExpectedLog.Add("Nextcloud home: It cannot be reached");
        await server
            .Get<NoteContact>()
            .RunAsync("home", new(NextcloudTrouble.Unreachable, "It cannot be reached: Connection refused", Until: null), Token);
        await using var browser = await PageBrowser.StartAsync(server, width, isDark: isDark);
        var page = browser.Page;

        await browser.SignInAsync("ada", "/admin#nextclouds");
        await Expect(page.Locator(".problems")).ToContainTextAsync("Nextcloud home, for ");
        await Expect(page.Locator(".problems")).ToContainTextAsync("It cannot be reached: Connection refused");
        await browser.CheckAsync($"admin-nextclouds-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check: home" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Check it" }).ClickAsync();
        await Expect(page.Locator(".findings .alarm")).ToContainTextAsync("It cannot be reached");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Take no more: home" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take no more" }).ClickAsync();
        await Expect(page.GetByText("disabled here")).ToBeVisibleAsync();
        await Expect(page.Locator(".problems")).Not.ToContainTextAsync("Nextcloud home");
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Users_and_app_passwords_are_made_and_taken_away(int width)
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        await server.AddUserAsync("ada", isAdmin: true, SessionDriver.Password);
        await using var browser = await PageBrowser.StartAsync(server, width);
        var page = browser.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);

        await browser.SignInAsync("ada", "/admin#users");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a user" }).ClickAsync();
        await dialog.GetByLabel("Login name").FillAsync("zoe");
        await dialog.GetByLabel("Password").FillAsync("short");
        await browser.CheckAsync($"admin-add-user-{width}");
        await dialog.GetByLabel("Password").FillAsync("long enough");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "App passwords: zoe" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an app password" }).ClickAsync();
        await dialog.GetByLabel("What it is for").FillAsync("phone");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        var token = await dialog.GetByLabel("App password").InputValueAsync();
        using var phone = server.Guest();
        phone.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await phone.GetAsync($"{OcsDriver.Root}/tasks", Token)).IsSuccessStatusCode.Should().BeTrue();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await browser.CheckAsync($"admin-users-{width}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke: phone" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.GetByText("There is none.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove: zoe" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove: zoe" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "Refused callers" }).ClickAsync();
        await Expect(page.GetByText("No address is blocked.")).ToBeVisibleAsync();
        await browser.CheckAsync($"admin-refused-{width}");
    }

    [Theory]
    [InlineData("de-DE", "Verwaltung", "Alles in Ordnung.")]
    [InlineData("fr-FR", "Administration", "Tout va bien.")]
    public async Task It_speaks_the_readers_language_and_is_not_for_all(string locale, string title, string fine)
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        await server.AddUserAsync("ada", isAdmin: true, SessionDriver.Password);
        using var bob = await server.SignedInAsync("bob");
        await using var browser = await PageBrowser.StartAsync(server, locale: locale);
        var page = browser.Page;

        await page.GotoAsync("/admin");
        await page.Locator("input[name=user]").FillAsync("ada");
        await page.Locator("input[name=password]").FillAsync(SessionDriver.Password);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = title })).ToBeVisibleAsync();
        await Expect(page.GetByText(fine)).ToBeVisibleAsync();
        await browser.CheckAsync($"admin-{locale}");
        (await bob.OcsAsync("GET", "/admin/overview")).HttpStatus.Should().Be(403);
    }

    [Fact]
    public void Every_text_is_translated()
    {
        var root = Path.Combine(Repository.Root, "src", "TaskProcessing.Server", "wwwroot");
        var known = Translated()
            .Matches(File.ReadAllText(Path.Combine(root, "admin-texts.js")))
            .Select(match => match.Groups[1].Value)
            .Concat(Key().Matches(File.ReadAllText(Path.Combine(root, "texts.js"))).Select(match => match.Groups[1].Value))
            .ToHashSet();

        var used = Directory
            .EnumerateFiles(root, "admin*.js")
            .SelectMany(file => Used().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToList();

        used.Should().HaveCountGreaterThan(100);
        used.Except(known).Should().BeEmpty();
    }

    private static string Error =>
        "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
        + string.Join('\n', Enumerable.Range(1, 12).Select(line => $"  File \"/app/worker.py\", line {line}, in run"));

    private static Dictionary<string, string> Settings() => new() { ["RateLimits:Enabled"] = "false" };

    private static async Task<long> NextAsync(HttpClient worker) =>
        await worker.NextAsync($"worker:{Type}", Type) ?? throw new InvalidOperationException("No task waits.");

    private static ILocator Row(IPage page, string table, long id) =>
        page.GetByRole(AriaRole.Group, new() { Name = table, Exact = true }).Locator($"tr:has(th:text-is('{id}'))");

    [GeneratedRegex("""^\s*\[\s*"((?:[^"\\]|\\.)*)",""", RegexOptions.Multiline)]
    private static partial Regex Translated();

    [GeneratedRegex("""^\s*"?([^":\n]+)"?:""", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex("""\bt\(\s*"((?:[^"\\]|\\.)*)"[,)]""")]
    private static partial Regex Used();
}
