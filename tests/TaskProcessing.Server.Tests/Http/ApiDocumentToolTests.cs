using System.Net;
using System.Text.Json;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>The OpenAPI documents with the tools of their users: a linter, a generator of clients, the page with "Try it out".</summary>
public sealed class ApiDocumentToolTests
{
    [Theory]
    [InlineData("ocs")]
    [InlineData("rest")]
    public async Task Redocly_finds_no_error_and_no_warning(string name)
    {
        var output = await NpmTools.RunAsync(
            Path.Combine("node_modules", "@redocly", "cli", "bin", "cli.js"),
            "@redocly/cli",
            "lint",
            "--config=redocly.yaml",
            "--format=json",
            Path.Combine(Repository.Root, "docs", "openapi", $"{name}.json")
        );

        var totals = JsonDocument.Parse(output[output.IndexOf('{')..]).RootElement.GetProperty("totals");
        totals.GetProperty("errors").GetInt32().Should().Be(0, output);
        totals.GetProperty("warnings").GetInt32().Should().Be(0, output);
    }

    [Fact]
    public async Task A_generated_TypeScript_client_schedules_a_task_and_waits_for_its_output()
    {
        NpmTools.Need("typescript");
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Providers:BuiltIn:Enabled"] = "true" }
        );
        using var alice = await server.UserAsync("alice");
        var folder = new TemporaryFolder();
        NpmTools.LinkInto(folder.Path, "openapi-fetch");
        File.Copy(NpmTools.PathOf("typescript-client.ts"), Path.Combine(folder.Path, "client.ts"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "package.json"), """{"type":"module"}""");
        await NpmTools.RunAsync(
            Path.Combine("node_modules", "openapi-typescript", "bin", "cli.js"),
            "openapi-typescript",
            new Uri(server.Address, "/swagger/ocs/swagger.json").ToString(),
            "-o",
            Path.Combine(folder.Path, "generated", "ocs.d.ts")
        );
        await NpmTools.RunAsync(
            Path.Combine("node_modules", "typescript", "bin", "tsc"),
            "typescript",
            "--strict",
            "--module",
            "nodenext",
            "--target",
            "es2022",
            "--lib",
            "es2022,dom",
            Path.Combine(folder.Path, "client.ts")
        );

        var output = await NpmTools.RunAsync(
            Path.Combine(folder.Path, "client.js"),
            "openapi-fetch",
            server.Address.ToString().TrimEnd('/'),
            "alice:token-of-alice",
            "The harbour froze over on Monday. Ferries stayed in port, and children skated where ships had lain."
        );

        var task = JsonDocument.Parse(output).RootElement;
        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        task.GetProperty("output").GetProperty("output").GetString().Should().NotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("Everybody", 200, 200, 200)]
    [InlineData("Users", 401, 200, 200)]
    [InlineData("Admins", 401, 403, 200)]
    [InlineData("Nobody", 404, 404, 404)]
    public async Task An_operator_chooses_the_callers_that_see_the_documents(string audience, int guest, int user, int admin)
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["ApiDocuments:VisibleTo"] = audience }
        );
        using var nobody = server.Guest();
        using var alice = await server.UserAsync("alice");
        using var root = await server.UserAsync("root", isAdmin: true);

        foreach (var path in new[] { "/swagger/ocs/swagger.json", "/swagger/index.html" })
        {
            var refused = await nobody.GetAsync(path);
            ((int)refused.StatusCode).Should().Be(guest, path);
            if (refused.StatusCode == HttpStatusCode.Unauthorized)
                refused.Headers.WwwAuthenticate.ToString().Should().StartWith("Basic", "a browser then asks for the password");
            ((int)(await alice.GetAsync(path)).StatusCode).Should().Be(user, path);
            ((int)(await root.GetAsync(path)).StatusCode).Should().Be(admin, path);
        }
    }
}
