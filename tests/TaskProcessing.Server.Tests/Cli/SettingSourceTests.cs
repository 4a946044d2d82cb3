using System.Net;
using Microsoft.Extensions.Configuration;
using TaskProcessing.Server.Cli.Settings;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>Settings come from the places that docs/configuration.md names, and unknown keys there are refused.</summary>
public sealed class SettingSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Variables_without_the_prefix_are_no_settings()
    {
        Dictionary<string, string> environment = new()
        {
            ["STORE"] = "x",
            ["QUEUE"] = "x",
            ["Store__Provider"] = "Oracle",
            ["DATADIRECTORY"] = "/nowhere",
            ["Webhooks__Secret"] = "short",
            ["Proxies__Trusted__0"] = "nobody",
            ["ForwardedHeaders_Enabled"] = "true",
            ["Urls"] = "nonsense",

            // Kubernetes adds these for a Service with the product's name.
            ["TASKPROCESSING_SERVICE_HOST"] = "10.0.0.1",
            ["TASKPROCESSING_SERVICE_PORT_HTTP"] = "80",
            ["TASKPROCESSING_PORT"] = "tcp://10.0.0.1:80",
            ["TASKPROCESSING_PORT_80_TCP_ADDR"] = "10.0.0.1",

            // These are read.
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["TASKPROCESSING_Providers__BuiltIn__Enabled"] = "false",
            ["TASKPROCESSING_Providers__ReadyMade__Enabled"] = "false",
        };
        foreach (var prefix in new[] { "", "DOTNET_", "ASPNETCORE_" })
        {
            environment[$"{prefix}Rest__Anonymous"] = "true";
            environment[$"{prefix}Guests__Enabled"] = "nonsense";
            environment[$"{prefix}Serilog__MinimumLevel__Default"] = "nonsense";
        }

        using var server = ProgramDriver.Start(_directory.Path, environment);
        using var anybody = new HttpClient { BaseAddress = await server.ListenAsync() };

        (await anybody.GetAsync("/api/v1/tasks")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await anybody.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await anybody.GetAsync("/health/ready")).StatusCode.Should().Be(HttpStatusCode.OK);
        server.Terminate();
        (await server.EndAsync())
            .Error.Should()
            .Contain("GET /api/v1/tasks 401")
            .And.NotContain("GET /health/", "probes come every few seconds");
    }

    [Fact]
    public async Task The_prefix_outweighs_the_variables_of_ASP_NET_Core_and_arguments_outweigh_both()
    {
        Dictionary<string, string> environment = new()
        {
            ["ASPNETCORE_Urls"] = "one",
            ["TASKPROCESSING_Urls"] = "two",
            ["TASKPROCESSING_Ocs__Profile"] = "three",
        };
        using var program = ProgramDriver.Start(_directory.Path, environment, "user", "list", "--Ocs:Profile=four");

        (await program.EndAsync())
            .Error.Should()
            .ContainAll("\"two\" is no address", "Ocs:Profile must be one of Manual, Nextcloud, not \"four\"")
            .And.NotContain("one\"");
    }

    [Theory]
    [InlineData("{\n  \"Store\":\n}", ", line 3: '}' is an invalid start of a value")]
    [InlineData("{ \"Store\": {", ", line 1: ")]
    [InlineData("", ", line 1: ")]
    [InlineData("[1]", "Top-level JSON element must be an object")]
    [InlineData("{ \"Urls\": \"a\", \"urls\": \"b\" }", "A duplicate key 'urls' was found")]
    public async Task A_broken_file_is_one_line_with_its_place_and_the_reason(string text, string reason)
    {
        await File.WriteAllTextAsync(_directory.File("appsettings.json"), text);

        var result = await ProgramDriver.RunAsync(_directory.Path, text.Length > 0 ? ["user", "list"] : []);

        result.ExitCode.Should().Be(1);
        result
            .Error.Should()
            .StartWith($"taskprocessing: {_directory.File("appsettings.json")}")
            .And.Contain(reason)
            .And.Subject.Split('\n')
            .Should()
            .HaveCount(2);
    }

    [Fact]
    public async Task A_directory_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(_directory.File("appsettings.json"));

        (await ProgramDriver.RunAsync(_directory.Path, "user", "list"))
            .Error.Should()
            .Contain("appsettings.json is a directory")
            .And.Subject.Split('\n')
            .Should()
            .HaveCount(2);
    }

    [Theory]
    [InlineData("Stroe:Provider", "Stroe:Provider is no setting; did you mean Store:Provider?")]
    [InlineData("RateLimit:Schedule:UserLimit", "RateLimit:Schedule:UserLimit is no setting; did you mean RateLimits:Schedule:UserLimit?")]
    [InlineData("Kestral:Limits:MaxConcurrentConnections", "Kestral:Limits:MaxConcurrentConnections is no setting")]
    [InlineData("Stroe", "Stroe is no setting; did you mean Store?")]
    [InlineData("DataDirectry", "DataDirectry is no setting; did you mean DataDirectory?")]
    [InlineData("Store_Provider", "Store_Provider is no setting; did you mean Store:Provider?")]
    [InlineData("Store", "Store is a section and has no value of its own, such as \"x\"")]
    [InlineData("Files:S3", "Files:S3 is a section and has no value of its own, such as \"x\"")]
    public void A_key_that_nothing_reads_is_refused_with_the_nearest_one(string key, string problem) =>
        Problems((key, "x")).Should().Equal(problem);

    [Fact]
    public void A_section_that_nothing_reads_is_refused_also_when_it_is_empty() =>
        Problems(("Stroe", null)).Should().Equal("Stroe is no setting; did you mean Store?");

    [Theory]
    [InlineData("urls", "http://127.0.0.1:1")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "9")]
    [InlineData("Logging:LogLevel:Default", "Debug")]
    [InlineData("Serilog:MinimumLevel:Default", "Debug")]
    [InlineData("AllowedHosts", "*")]
    [InlineData("retention:types:0:taskType", "core:text2text")]
    [InlineData("Proxies:Trusted", "")]
    public void A_key_of_ours_or_of_the_libraries_is_taken(string key, string value) => Problems((key, value)).Should().BeEmpty();

    private static IReadOnlyList<string> Problems((string Key, string? Value) setting) =>
        SettingProblems.Of(new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, setting.Value)]).Build());
}
