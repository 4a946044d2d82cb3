using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>
/// A real browser on a page that makes and cancels tasks. To hosts of http that are not this machine by name, browsers do
/// not say where a request comes from but in <c>Origin</c>.
/// </summary>
public sealed class ForeignPageBrowserTests
{
    private const string Tasks = "/api/v1/tasks";

    [Fact]
    public async Task A_page_of_another_site_can_neither_make_nor_cancel_tasks()
    {
        await using var server = await StartAsync();
        await using var site = await SiteAsync(server);
        var id = await AddTaskAsync(server);

        var page = await Browser.OpenAsync($"http://evil.test:{PortOf(site)}/page?id={id}&target=http://tasks.test:{server.Address.Port}");

        page.Should().Contain("sent everything");
        (await ListAsync(server)).Should().Equal($"{id} pending");
    }

    /// <summary>The same page, from the server's own address behind a proxy: it shows that the page works.</summary>
    [Fact]
    public async Task A_page_of_the_servers_own_site_behind_a_proxy_can()
    {
        await using var server = await StartAsync();
        await using var site = await SiteAsync(server);
        var id = await AddTaskAsync(server);

        var page = await Browser.OpenAsync($"http://tasks.test:{PortOf(site)}/page?id={id}&target=http://tasks.test:{PortOf(site)}");

        page.Should().Contain("sent everything");
        (await ListAsync(server)).Should().Equal($"{id + 1} pending", $"{id} cancelled");
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Rest:Anonymous"] = "true", ["Proxies:Trusted:0"] = "127.0.0.0/8" }
        );

    private static async Task<long> AddTaskAsync(TestServer server)
    {
        using var client = server.Guest();
        var answer = await client.PostAsJsonAsync(Tasks, new { task_type = "ocr" });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").GetProperty("id").GetInt64();
    }

    private static async Task<IEnumerable<string>> ListAsync(TestServer server)
    {
        using var client = server.Guest();
        var answer = await client.GetFromJsonAsync<JsonElement>(Tasks);
        return [.. answer.GetProperty("data").EnumerateArray().Select(task => $"{task.GetProperty("id")} {task.GetProperty("status")}")];
    }

    /// <summary>A web site with the page; all else it hands on to the server, as a proxy would.</summary>
    private static async Task<WebApplication> SiteAsync(TestServer server)
    {
        var site = WebApplication.CreateSlimBuilder().Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet(
            "/page",
            () =>
                Results.Content(
                    """
                    <!doctype html><title>Page</title><body>waiting<script>
                    const asked = new URLSearchParams(location.search);
                    const post = path => fetch(asked.get("target") + path, { method: "POST", mode: "no-cors", credentials: "include" });
                    post("/api/v1/tasks?task_type=ocr")
                        .then(() => post(`/api/v1/tasks/${asked.get("id")}/cancel`))
                        .then(() => document.body.textContent = "sent everything", error => document.body.textContent = error);
                    </script>
                    """,
                    "text/html"
                )
        );
        site.MapFallback(async context =>
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(
                new HttpMethod(context.Request.Method),
                new Uri(server.Address, context.Request.Path + context.Request.QueryString)
            );
            request.Headers.Add("X-Forwarded-Host", context.Request.Host.Value);
            request.Headers.TryAddWithoutValidation("Origin", context.Request.Headers.Origin.ToString());
            using var answer = await client.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync(context.RequestAborted), context.RequestAborted);
        });
        await site.StartAsync();
        return site;
    }

    private static int PortOf(WebApplication site) => new Uri(site.Urls.Single()).Port;
}
