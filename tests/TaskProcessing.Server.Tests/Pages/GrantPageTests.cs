using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using TaskProcessing.Server.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace TaskProcessing.Server.Tests.Pages;

/// <summary>A person grants a client access, in the browser that the client opened.</summary>
public sealed class GrantPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1200)]
    [InlineData(390)]
    public async Task A_client_is_let_in(int width)
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        await using var browser = await PageBrowser.StartAsync(server, width);
        using var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Notes/2.1 <img>");
        var flow = await (await client.PostAsync("/index.php/login/v2", null, Token)).Content.ReadFromJsonAsync<JsonElement>(Token);
        var page = browser.Page;

        await browser.SignInAsync("alice", flow.GetProperty("login").GetString()!);
        await Expect(page.Locator(".client")).ToHaveTextAsync("Notes/2.1 <img>");
        await browser.CheckAsync($"grant-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Grant access" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Access granted" })).ToBeFocusedAsync();

        var poll = flow.GetProperty("poll");
        using var answer = await client.PostAsJsonAsync(
            poll.GetProperty("endpoint").GetString(),
            new { token = poll.GetProperty("token").GetString() },
            Token
        );
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        browser.ExpectedErrors.Add("status of 404");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No client waits here" })).ToBeVisibleAsync();
    }
}
