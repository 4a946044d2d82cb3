using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

public sealed class ApiDocumentTests
{
    /// <summary>Set it to have the committed document written anew.</summary>
    private const string UpdateVariable = "TASKPROCESSING_UPDATE_OPENAPI";

    [Theory]
    [InlineData("ocs")]
    [InlineData("rest")]
    public async Task The_committed_document_is_what_the_server_serves(string name)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Guest();
        var served = (await client.GetStringAsync($"/swagger/{name}/swagger.json")).ReplaceLineEndings("\n");
        var path = Path.Combine(Repository.Root, "docs", "openapi", $"{name}.json");
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, served + "\n");
        }

        (await File.ReadAllTextAsync(path))
            .TrimEnd()
            .Should()
            .Be(served, $"docs/openapi/{name}.json is made by running this test with {UpdateVariable}=1");
    }

    [Fact]
    public async Task Every_operation_has_an_id_a_summary_and_a_described_way_in()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Guest();
        var document = await client.GetFromJsonAsync<JsonElement>("/swagger/ocs/swagger.json");
        var operations = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(verb => (path.Name, verb.Name, verb.Value)))
            .ToList();

        operations.Should().HaveCountGreaterThan(25);
        operations
            .Should()
            .OnlyContain(operation =>
                operation.Value.GetProperty("operationId").GetString()!.Length > 0
                && operation.Value.GetProperty("summary").GetString()!.Length > 0
            );
        operations.Select(operation => operation.Value.GetProperty("operationId").GetString()).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task The_documented_tasks_and_types_equal_the_answers()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Providers:BuiltIn:Enabled"] = "true" }
        );
        using var alice = await server.UserAsync("alice");

        var types = Data(await alice.GetFromJsonAsync<JsonElement>("/ocs/v2.php/taskprocessing/tasktypes")).GetProperty("types");
        var type = types.GetProperty("core:text2text:summary");
        Names(type).Should().BeEquivalentTo(Documented<TaskTypeResource>());
        Names(type.GetProperty("inputShape").GetProperty("input")).Should().BeEquivalentTo(Documented<ShapeResource>());

        var response = await alice.PostAsJsonAsync(
            "/ocs/v2.php/taskprocessing/schedule",
            new
            {
                input = new { input = "One sentence." },
                type = "core:text2text:summary",
                appId = "test",
            }
        );
        var task = Data(await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("task");
        Names(task).Should().Equal(Documented<ProtocolTask>());
        var fetched = await alice.PostAsync($"/ocs/v2.php/taskprocessing/task/{task.GetProperty("id")}", null);
        Names(Data(await fetched.Content.ReadFromJsonAsync<JsonElement>())).Should().Equal(Documented<ManualTaskResource>());
    }

    private static JsonElement Data(JsonElement envelope) => envelope.GetProperty("ocs").GetProperty("data");

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(property => property.Name);

    private static IEnumerable<string> Documented<T>() =>
        typeof(T)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
}
