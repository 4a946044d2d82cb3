using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

public sealed class AppApiRouteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("config", "Sqlite")]
    [InlineData("preference", "Sqlite")]
    [InlineData("config", "PostgreSql")]
    [InlineData("preference", "PostgreSql")]
    public async Task Values_are_kept_replaced_listed_and_forgotten(string kind, string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        await server.AddUserAsync("alice");
        using var app = await server.ExAppAsync("app", "alice");
        var root = $"/ocs/v1.php/apps/app_api/api/v1/ex-app/{kind}";

        var first = await DataAsync(await app.PostAsJsonAsync(root, new { configKey = "key", configValue = "one" }, Token));
        var second = await DataAsync(await app.PostAsJsonAsync(root, new { configKey = "key", configValue = "two" }, Token));
        await app.PostAsJsonAsync(
            root,
            new
            {
                configKey = "other",
                configValue = "three",
                sensitive = true,
            },
            Token
        );

        second.GetProperty("id").GetInt64().Should().Be(first.GetProperty("id").GetInt64());
        string[] names =
            kind == "config"
                ? ["id", "appid", "configkey", "configvalue", "sensitive"]
                : ["id", "userid", "appid", "configkey", "configvalue", "sensitive"];
        second.EnumerateObject().Select(property => property.Name).Should().Equal(names);
        second.GetProperty("configvalue").GetString().Should().Be("two");
        var values = await DataAsync(
            await app.PostAsJsonAsync($"{root}/get-values", new { configKeys = new[] { "key", "none", "other" } }, Token)
        );
        values.GetRawText().Should().Be("""[{"configkey":"key","configvalue":"two"},{"configkey":"other","configvalue":"three"}]""");
        (await DataAsync(await DeleteAsync(app, root, "key", "other", "none"))).GetInt32().Should().Be(2);
        (await MetaAsync(await DeleteAsync(app, root, "key"))).GetProperty("statuscode").GetInt32().Should().Be(404);
    }

    [Theory]
    [InlineData("input_shape", 7)]
    [InlineData("output_shape", 16)]
    [InlineData("input_shape", -1)]
    [InlineData("output_shape", int.MaxValue)]
    public async Task A_provider_with_a_shape_type_of_a_newer_server_is_taken_and_its_type_not_listed(string where, int number)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.ExAppAsync("app");
        object[] known =
        [
            new
            {
                name = "x",
                description = "x",
                shape_type = 1,
            },
        ];
        object[] unknown =
        [
            new
            {
                name = "x",
                description = "x",
                shape_type = number,
            },
        ];

        await app.RegisterAsync(
            "new",
            "app:new",
            new
            {
                id = "app:new",
                name = "n",
                description = "d",
                input_shape = where == "input_shape" ? unknown : known,
                output_shape = where == "input_shape" ? known : unknown,
            }
        );
        await app.RegisterAsync(
            "old",
            "app:old",
            new
            {
                id = "app:old",
                name = "n",
                description = "d",
                input_shape = known,
                output_shape = known,
            }
        );

        (await alice.TaskTypesAsync()).EnumerateObject().Select(type => type.Name).Should().Contain("app:old").And.NotContain("app:new");
        (await alice.TryScheduleAsync("app:new", new { x = "x" })).HttpStatus.Should().BeInRange(400, 499);
        (await app.NextAsync("new", "app:new")).Should().BeNull();
        var registered = await DataAsync(await app.GetAsync("/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing?name=new", Token));
        registered.GetProperty("custom_task_type").GetString().Should().Contain($"{number}");
    }

    [Fact]
    public async Task Sensitive_values_lie_encrypted_and_stay_so_when_they_are_replaced()
    {
        await using var server = await TestServer.StartAsync();
        using var app = await server.ExAppAsync("app");
        const string root = "/ocs/v2.php/apps/app_api/api/v1/ex-app/config";

        await app.PostAsJsonAsync(
            root,
            new
            {
                configKey = "key",
                configValue = "hush",
                sensitive = 1,
            },
            Token
        );
        var stored = await DataAsync(await app.PostAsJsonAsync(root, new { configKey = "key", configValue = "hushhush" }, Token));

        stored.GetProperty("configvalue").GetString().Should().Be("hushhush");
        stored.GetProperty("sensitive").GetInt32().Should().Be(1);
        await using var db = await server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token);
        (await db.Set<ExAppSetting>().SingleAsync(Token)).Value.Should().NotContain("hush");
    }

    [Fact]
    public async Task Config_is_the_apps_own_and_preferences_are_the_users()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice");
        await server.AddUserAsync("bob");
        using var app = await server.ExAppAsync("app", "alice");
        using var forBob = await server.ExAppAsync("app", "bob");
        using var forNobody = await server.ExAppAsync("app");
        using var other = await server.ExAppAsync("other", "alice");
        const string root = "/ocs/v2.php/apps/app_api/api/v1/ex-app";
        var keys = new { configKeys = new[] { "key" } };
        foreach (var kind in (string[])["config", "preference"])
            await app.PostAsJsonAsync($"{root}/{kind}", new { configKey = "key", configValue = kind }, Token);

        (await DataAsync(await forBob.PostAsJsonAsync($"{root}/config/get-values", keys, Token))).GetArrayLength().Should().Be(1);
        (await DataAsync(await forBob.PostAsJsonAsync($"{root}/preference/get-values", keys, Token))).GetArrayLength().Should().Be(0);
        foreach (var kind in (string[])["config", "preference"])
            (await DataAsync(await other.PostAsJsonAsync($"{root}/{kind}/get-values", keys, Token))).GetArrayLength().Should().Be(0);
        (await forNobody.PostAsJsonAsync($"{root}/preference/get-values", keys, Token)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await app.PostAsJsonAsync($"{root}/config", new { configKey = "", configValue = "x" }, Token))
            .StatusCode.Should()
            .Be(HttpStatusCode.BadRequest);
        using var guest = server.Guest();
        (await guest.PostAsJsonAsync($"{root}/config/get-values", keys, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("v1.php", 100)]
    [InlineData("v2.php", 200)]
    public async Task Status_state_and_capabilities_answer_in_both_versions_and_formats(string version, int ok)
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice");
        using var app = await server.ExAppAsync("app");
        using var forAlice = await server.ExAppAsync("app", "alice");
        var root = $"/ocs/{version}/apps/app_api";

        foreach (var path in (string[])["ex-app/status", "apps/status/app"])
        {
            var answer = await app.PutAsJsonAsync($"{root}/{path}", new { progress = 100, error = "" }, Token);
            var envelope = (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("ocs");
            envelope.GetProperty("meta").GetProperty("statuscode").GetInt32().Should().Be(ok);
            envelope.GetProperty("data").GetRawText().Should().Be("[]");
        }

        (await MetaAsync(await app.PutAsJsonAsync($"{root}/apps/status/other", new { progress = 1 }, Token)))
            .GetProperty("statuscode")
            .GetInt32()
            .Should()
            .Be(404);
        var state = XDocument.Parse(await app.GetStringAsync($"{root}/ex-app/state?format=xml", Token));
        state.Root!.Element("data")!.Value.Should().Be("1");
        var capabilities = $"/ocs/{version}/cloud/capabilities";
        AppApi(await DataAsync(await app.GetAsync(capabilities, Token)))
            .TryGetProperty("loglevel", out _)
            .Should()
            .BeFalse("the app acts for nobody");
        AppApi(await DataAsync(await forAlice.GetAsync(capabilities, Token))).GetProperty("loglevel").GetInt32().Should().Be(2);
    }

    private static JsonElement AppApi(JsonElement data) => data.GetProperty("capabilities").GetProperty("app_api");

    private static Task<HttpResponseMessage> DeleteAsync(HttpClient app, string path, params string[] configKeys) =>
        app.SendAsync(new HttpRequestMessage(HttpMethod.Delete, path) { Content = JsonContent.Create(new { configKeys }) }, Token);

    private static async Task<JsonElement> DataAsync(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Token));
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("ocs").GetProperty("data");
    }

    private static async Task<JsonElement> MetaAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("ocs").GetProperty("meta");
}
