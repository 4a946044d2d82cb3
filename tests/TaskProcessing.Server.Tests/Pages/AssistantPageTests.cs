using Microsoft.Playwright;
using TaskProcessing.Server.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace TaskProcessing.Server.Tests.Pages;

/// <summary>A person works with the assistant page, in a real browser on a real server.</summary>
public sealed class AssistantPageTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1200, false)]
    [InlineData(390, true)]
    public async Task A_task_is_scheduled_watched_while_it_streams_and_read(int width, bool isDark)
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var worker = await server.WorkerAsync(Type, "core:audio2text");
        await using var browser = await PageBrowser.StartAsync(server, width, isDark: isDark);
        var page = browser.Page;
        var view = $"assistant-{width}";
        // The answer has scripts in it, which the browser names when it reads them for cleaning.
        browser.ExpectedErrors.Add("Executing inline event handler");

        await page.GotoAsync("/");
        await Expect(page.GetByLabel("Login name")).ToBeFocusedAsync();
        await browser.CheckAsync($"{view}-sign-in");
        await browser.SignInAsync("alice");
        await page.GetByLabel("What shall be done?").SelectOptionAsync(Type);
        await browser.CheckAsync($"{view}-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Please fill in: Prompt");
        await page.GetByLabel("Prompt").FillAsync("What is a lighthouse?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        var task = page.Locator("article");
        await Expect(task.Locator(".status")).ToHaveTextAsync("Waiting");
        var id = (await worker.NextAsync($"worker:{Type}", Type))!.Value;
        await worker.OcsAsync("POST", $"/tasks_provider/{id}/progress", new { progress = 0.4 });
        await Expect(task.Locator(".status")).ToHaveTextAsync("Running, 40 %");
        await worker.OcsAsync("POST", $"/tasks_provider/{id}/stream-result", new { output = new { output = "A **light" } });
        await Expect(task).ToContainTextAsync("A **light");
        await worker.FinishAsync(id, new { output = Answer });
        await Expect(task.Locator(".status")).ToHaveTextAsync("Done");
        await Expect(page.Locator("#announcements")).ToHaveTextAsync($"Task {id}: Done");

        // Markdown is shown, and cleaned of all that a model should not bring in.
        await Expect(task.Locator("strong")).ToHaveTextAsync("lighthouse");
        await Expect(task.Locator("table td").First).ToHaveTextAsync("Pharos");
        (await task.Locator("script, iframe, form, .markdown img, [onclick]").CountAsync()).Should().Be(0);
        await Expect(task.GetByRole(AriaRole.Link, new() { Name = "spy" })).ToHaveAttributeAsync("rel", "noopener noreferrer nofollow");
        (await page.EvaluateAsync<bool>("() => 'stolen' in window")).Should().BeFalse();
        await Expect(page.Locator(".history .status")).ToHaveTextAsync("Done");
        await browser.CheckAsync($"{view}-result");
    }

    [Fact]
    public async Task A_file_is_dropped_on_the_form_and_the_results_are_shown_as_what_they_are()
    {
        const string Speech = "core:audio2text";
        const string Painting = "core:text2image";
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var worker = await server.WorkerAsync(Speech, Painting);
        await using var browser = await PageBrowser.StartAsync(server);
        var page = browser.Page;
        await browser.SignInAsync("alice");

        await page.GetByLabel("What shall be done?").SelectOptionAsync(Speech);
        var dropped = await page.EvaluateHandleAsync(
            """
            () => {
                const files = new DataTransfer();
                files.items.add(new File([new Uint8Array([82, 73, 70, 70])], "talk & more.wav", { type: "audio/wav" }));
                return files;
            }
            """
        );
        await page.DispatchEventAsync(".drop", "drop", new { dataTransfer = dropped });
        await Expect(page.Locator(".files li")).ToContainTextAsync("talk & more.wav");
        await Expect(page.Locator(".files progress")).ToHaveCountAsync(0);
        await browser.CheckAsync("assistant-file");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(page.Locator("article .status")).ToHaveTextAsync("Waiting");
        var heard = (await worker.NextAsync($"worker:{Speech}", Speech))!.Value;
        await worker.FinishAsync(heard, new { output = "Good morning." });
        await Expect(page.Locator("article .output")).ToContainTextAsync("Good morning.");
        await page.Locator("article summary").ClickAsync();
        await Expect(page.Locator("article audio")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "New task" }).ClickAsync();
        await page.GetByLabel("What shall be done?").SelectOptionAsync(Painting);
        await page.GetByLabel("Prompt").FillAsync("a red square");
        await page.GetByLabel("Number of images").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(page.Locator("article .status")).ToHaveTextAsync("Waiting");
        var painted = (await worker.NextAsync($"worker:{Painting}", Painting))!.Value;
        var image = await worker.UploadAsync(painted, FileDriver.Png);
        await worker.FinishAsync(painted, new { images = new[] { image } });
        await Expect(page.Locator("article img")).ToHaveJSPropertyAsync("naturalWidth", 1);
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        (await File.ReadAllBytesAsync((await download.PathAsync())!, Token)).Should().Equal(FileDriver.Png);
        await browser.CheckAsync("assistant-image");
    }

    [Fact]
    public async Task Tasks_are_found_again_cancelled_run_again_and_deleted_by_keyboard()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" });
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var worker = await server.WorkerAsync(Type);
        using var alice = server.Guest();
        await alice.SignInAsync("alice");
        for (var number = 0; number < 35; number++)
            await alice.OcsAsync("POST", $"/tasks/{await alice.ScheduleAsync(Type, new { input = $"number {number}" })}/cancel");
        await using var browser = await PageBrowser.StartAsync(server);
        var page = browser.Page;
        await browser.SignInAsync("alice");
        var list = page.Locator(".tasks li");
        await Expect(list).ToHaveCountAsync(30);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show older ones" }).ClickAsync();
        await Expect(list).ToHaveCountAsync(35);

        // Another window of the same user schedules; this one hears of it.
        var id = await alice.ScheduleAsync(Type, new { input = "hello from elsewhere" });
        await Expect(list).ToHaveCountAsync(36);
        await page.GetByLabel("Status").SelectOptionAsync("STATUS_SCHEDULED");
        await Expect(list).ToHaveCountAsync(1);
        await list.GetByRole(AriaRole.Link).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"#{id}" })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the task" }).PressAsync("Enter");
        await Expect(page.Locator("article .status")).ToHaveTextAsync("Cancelled");
        await Expect(list).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Run again" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"#{id + 1}" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change and run" }).PressAsync("Enter");
        await Expect(page.GetByLabel("Prompt")).ToHaveValueAsync("hello from elsewhere");

        await page.GoBackAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await browser.CheckAsync("assistant-delete");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        (await alice.OcsAsync("GET", $"/task/{id + 1}")).HttpStatus.Should().Be(200);
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New task" })).ToBeVisibleAsync();
        (await alice.OcsAsync("GET", $"/task/{id + 1}")).HttpStatus.Should().Be(404);
    }

    [Theory]
    [InlineData("de-DE", "Anmelden", "Was soll getan werden?", "Zusammenfassen")]
    [InlineData("fr-FR", "Se connecter", "Que faut-il faire ?", "Résumer")]
    public async Task The_page_speaks_the_language_of_the_browser(string locale, string signIn, string question, string type)
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var worker = await server.WorkerAsync("core:text2text:summary");
        await using var browser = await PageBrowser.StartAsync(server, width: 390, locale: locale);
        var page = browser.Page;

        await page.GotoAsync("/");
        await page.Locator("input[name=user]").FillAsync("alice");
        await page.Locator("input[name=password]").FillAsync(SessionDriver.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = signIn }).ClickAsync();

        await Expect(page.GetByLabel(question)).ToContainTextAsync(type);
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", locale[..2]);
        await browser.CheckAsync($"assistant-{locale[..2]}");
        await page.GetByLabel("Sprache").Or(page.GetByLabel("Langue")).SelectOptionAsync("en");
        await Expect(page.GetByLabel("What shall be done?")).ToContainTextAsync("Summarize");
    }

    [Fact]
    public async Task Who_signs_out_sees_nothing_any_more()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var worker = await server.WorkerAsync(Type);
        await using var browser = await PageBrowser.StartAsync(server, width: 390);
        var page = browser.Page;
        await browser.SignInAsync("alice");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New task" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(page.GetByLabel("Login name")).ToBeVisibleAsync();
        await page.GotoAsync("/#task=1");
        await Expect(page.GetByLabel("Login name")).ToBeVisibleAsync();
        await browser.CheckAsync("assistant-signed-out");
    }

    private const string Answer = """
        # Lights

        A **lighthouse** is a tower. <script>window.stolen = 1</script><img src="x" onerror="window.stolen = 1">
        <form action="https://evil.example"><button onclick="window.stolen = 1">Go</button></form>

        ![spy](https://evil.example/?secret) and [a link](https://example.org), but no [trap](javascript:window.stolen=1).

        | name | place |
        | --- | --- |
        | Pharos | Alexandria |

        - [x] lit
        - [ ] dark

        ```
        while (night) { shine(); }
        ```
        """;
}
