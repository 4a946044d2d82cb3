using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>Test hosts and tools start the program with settings of their own and take its services over.</summary>
public sealed class WebApplicationFactoryTests
{
    [Fact]
    public async Task The_program_can_be_hosted_by_a_test()
    {
        using var directory = new TemporaryDirectory();
        await using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
            builder.UseSetting("DataDirectory", directory.Path).UseSetting("Serilog:MinimumLevel:Default", "Error")
        );
        using var client = factory.CreateClient();
        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");

        (await client.GetAsync("/health/live")).EnsureSuccessStatusCode();
        var types = await client.GetFromJsonAsync<JsonElement>("/ocs/v2.php/taskprocessing/tasktypes?format=json");
        types
            .GetProperty("ocs")
            .GetProperty("data")
            .GetProperty("types")
            .EnumerateObject()
            .Select(type => type.Name)
            .Should()
            .Contain("core:text2text:summary");
    }
}
