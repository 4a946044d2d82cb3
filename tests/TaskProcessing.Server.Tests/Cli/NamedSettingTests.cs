using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>
/// Every setting that a document, a manifest, a script, a page or a printed text names is one that the server knows: a wrong one keeps a
/// newcomer's server from starting.
/// </summary>
public sealed partial class NamedSettingTests
{
    private static readonly string[] Folders = ["bench", "deploy", "docs", "samples", "src"];

    /// <summary>Those of programs and tests, and what Kubernetes gives to every container.</summary>
    private static readonly string[] NoSettings =
    [
        "TASKPROCESSING_PORT",
        "TASKPROCESSING_RUN",
        "TASKPROCESSING_SERVICE_HOST",
        "TASKPROCESSING_TEST_POSTGRES",
        "TASKPROCESSING_UPDATE_LICENCES",
        "TASKPROCESSING_UPDATE_OPENAPI",
        "TASKPROCESSING_UPDATE_ROUTES",
        "TASKPROCESSING_UPDATE_SQL",
    ];

    private static readonly SettingCatalogue Catalogue = SettingCatalogue.Create();

    private static readonly EnumerationOptions Everywhere = new() { RecurseSubdirectories = true };

    /// <summary>The change log is left out: it names settings that are gone.</summary>
    private static IEnumerable<string> Files =>
        Directory
            .EnumerateFiles(Repository.Root)
            .Concat(Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", Everywhere)))
            .Where(file => !Binary().IsMatch(file) && !file.EndsWith("CHANGELOG.md", StringComparison.Ordinal));

    [Fact]
    public void Every_setting_that_a_file_names_exists()
    {
        var named = Files.SelectMany(file => Names(File.ReadAllText(file)).Select(name => (file, name))).ToList();

        named.Should().HaveCountGreaterThan(500);
        string.Join("\n", named.Where(one => !Exists(one.name)).Distinct()).Should().BeEmpty();
    }

    /// <summary>Its names and its values.</summary>
    [Fact]
    public void Every_file_of_settings_in_a_document_can_be_used()
    {
        var files = Files
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => JsonBlock().Matches(File.ReadAllText(file)).Select(block => (file, block.Groups["json"].Value)))
            .Select(block => (block.file, Settings: Read(block.Value)))
            .Where(block => block.Settings is not null)
            .ToList();

        files.Should().HaveCountGreaterThan(5);
        files.SelectMany(block => SettingProblems.Of(block.Settings!).Select(problem => $"{block.file}: {problem}")).Should().BeEmpty();
    }

    /// <summary>The variable of the first version of the page of Nextclouds among them.</summary>
    [Theory]
    [InlineData("TASKPROCESSING_Providers__OpenAI__ollama__Url=http://127.0.0.1:11434/v1")]
    [InlineData("TASKPROCESSING_DataDirectry: /data")]
    [InlineData("raise `Webhooks:TimeoutSecond`")]
    [InlineData("serve --Provider:OpenAI:local:BaseAddress=x")]
    [InlineData("\"Change Nextcloud:Connections:{id}\"")]
    [InlineData("`Lease:…` decides")]
    public void A_setting_that_does_not_exist_is_found(string text) => Names(text).Should().ContainSingle(name => !Exists(name));

    private static IEnumerable<string> Names(string text) =>
        Variable()
            .Matches(text)
            .Select(match => match.Value)
            .Where(name => !NoSettings.Contains(name))
            .Select(name => name["TASKPROCESSING_".Length..].Replace("__", ":", StringComparison.Ordinal))
            .Concat(Key().Matches(text).Select(match => match.Value));

    private static bool Exists(string name) =>
        IsKnown(name) || Open().Replace(name, "") is var section && (IsKnown(section) || Catalogue.IsSection(section));

    private static bool IsKnown(string key) =>
        key is "" or "Section:Key"
        || Catalogue.Find(key) is not null
        || FrameworkSettings.IsName(key)
        || FrameworkSettings.IsInSection(key);

    /// <summary>Null for JSON that is none of settings: that of calls and answers.</summary>
    private static IConfiguration? Read(string json)
    {
        // A part of a file.
        json = json.StartsWith('"') ? $"{{{json}}}" : json;
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        try
        {
            var settings = new ConfigurationBuilder().AddJsonStream(stream).Build();
            return settings.GetChildren().All(child => Catalogue.IsSection(child.Key) || IsKnown(child.Key)) ? settings : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\bTASKPROCESSING_(?:[\w{}]*[\w}]|(?=…))")]
    private static partial Regex Variable();

    /// <summary>Such as <c>Files:S3:Bucket</c>: words that begin with a capital and have small letters, or stand for a name.</summary>
    [GeneratedRegex(
        @"(?<![\w/:.@$])[A-Z](?=\w*[a-z])\w+"
            + @"(?::(?:[A-Z](?=\w*[a-z0-9])\w+|\{\w+\}|…|(?<=:\w+:)\d+|(?<=:OpenAI:|:Commands:|:Connections:)[a-z]\w*))+"
    )]
    private static partial Regex Key();

    /// <summary>What stands for any key of a section.</summary>
    [GeneratedRegex(@":(…|\{\w+\})?$")]
    private static partial Regex Open();

    [GeneratedRegex(@"^```json\n(?<json>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"\.(png|ico|woff2|gz|zip|dll|pfx|wav|mp3)$|/(bin|obj|node_modules|Emoji|Languages|Texts|openapi|sql|Migrations)/")]
    private static partial Regex Binary();
}
