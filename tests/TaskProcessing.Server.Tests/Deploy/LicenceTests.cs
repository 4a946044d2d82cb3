using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Deploy;

/// <summary>licences/README.md lists what the server is published with; the texts of the licences stand beside it.</summary>
public sealed partial class LicenceTests
{
    /// <summary>Set it to have the list written anew.</summary>
    private const string UpdateVariable = "TASKPROCESSING_UPDATE_LICENCES";

    private const string Head = $"""
        # Licences of others

        What a published server has in it that others made, and under which licence. `LicenceTests` compares the list with the packages; run
        it with {UpdateVariable}=1 to write it anew.

        The program is under the MIT licence, in `LICENSE`. The keywords of emoji are Unicode's, under `LICENSE-UNICODE.txt`.
        Swashbuckle.AspNetCore.SwaggerUI has Swagger UI inside, Copyright SmartBear Software, under Apache-2.0.

        """;

    private static readonly string Folder = Path.Combine(Repository.Root, "licences");

    [Fact]
    public async Task The_list_is_that_of_what_is_published()
    {
        using var assets = JsonDocument.Parse(
            await File.ReadAllBytesAsync(
                Path.Combine(Repository.Root, "artifacts", "obj", "TaskProcessing.Server", "project.assets.json"),
                TestContext.Current.CancellationToken
            )
        );
        var text = Head + Table("package", Packages(assets.RootElement)) + Table("library of the pages", Libraries());
        var path = Path.Combine(Folder, "README.md");
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
            await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);

        var committed = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        committed.Should().Be(text, $"licences/README.md is made by running this test with {UpdateVariable}=1");
        var texts = LinkedText().Matches(committed).Select(link => link.Groups["file"].Value).Distinct().ToList();
        texts.Should().HaveCountGreaterThan(2).And.OnlyContain(file => File.Exists(Path.Combine(Folder, file)));
        Directory.GetFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo([.. texts, "README.md"]);
    }

    private static string Table(string what, IEnumerable<string> rows) =>
        $"\n| {what} | version | licence | copyright |\n|---|---|---|---|\n{string.Concat(rows)}";

    /// <summary>The packages that the server and its projects need when they run; not those that only build them.</summary>
    private static IEnumerable<string> Packages(JsonElement assets)
    {
        var libraries = assets.GetProperty("targets").GetProperty("net10.0").EnumerateObject().ToDictionary(one => one.Name.Split('/')[0]);
        var project = assets.GetProperty("project").GetProperty("frameworks").GetProperty("net10.0");
        var left = new Stack<string>([
            .. project.GetProperty("dependencies").EnumerateObject().Where(one => !IsForTheBuild(one.Value)).Select(one => one.Name),
            .. libraries.Values.Where(IsProject).Select(one => one.Name.Split('/')[0]),
        ]);
        var seen = new HashSet<string>();
        while (left.TryPop(out var name))
        {
            // A package of the framework has nothing of its own.
            if (!libraries.TryGetValue(name, out var library) || !seen.Add(name))
                continue;

            if (library.Value.TryGetProperty("dependencies", out var dependencies))
            {
                foreach (var dependency in dependencies.EnumerateObject())
                    left.Push(dependency.Name);
            }
        }

        var folders = assets.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        return seen.Order(StringComparer.Ordinal)
            .Where(name => !IsProject(libraries[name]))
            .Select(name => Row(folders, name, libraries[name].Name.Split('/')[1]));
    }

    private static bool IsForTheBuild(JsonElement dependency) =>
        dependency.TryGetProperty("suppressParent", out var suppressed) && suppressed.GetString() == "All";

    private static bool IsProject(JsonProperty library) => library.Value.GetProperty("type").GetString() == "project";

    private static string Row(List<string> folders, string name, string version)
    {
        var package = folders.Select(folder => Path.Combine(folder, name.ToLowerInvariant(), version)).First(Directory.Exists);
        var metadata = XDocument.Load(Path.Combine(package, $"{name.ToLowerInvariant()}.nuspec")).Root!.Elements().First();
        var licence = Element("license")!;
        var copyright = Element("copyright")?.Value ?? $"Copyright {Element("authors")!.Value}";
        if (licence.Attribute("type")!.Value == "expression")
            return $"| {name} | {version} | [{licence.Value}]({licence.Value}.txt) | {copyright} |\n";

        File.ReadAllText(Path.Combine(Folder, $"{name}.txt")).Should().Be(File.ReadAllText(Path.Combine(package, licence.Value)), name);
        return $"| {name} | {version} | [its own]({name}.txt) | {copyright} |\n";

        XElement? Element(string key) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == key);
    }

    /// <summary>Their licences are published in folders of these names.</summary>
    private static IEnumerable<string> Libraries() =>
        Directory
            .GetDirectories(Path.Combine(Repository.Root, "src", "TaskProcessing.Server", "wwwroot", "vendor"))
            .Order(StringComparer.Ordinal)
            .Select(folder =>
            {
                var name = Path.GetFileName(folder);
                var texts = Directory.GetFiles(folder, "LICENSE*").Select(file => $"`{name}/{Path.GetFileName(file)}`");
                var at = name.LastIndexOf('-');
                return $"| {name[..at]} | {name[(at + 1)..]} | {string.Join(", ", texts.Order(StringComparer.Ordinal))} | see there |\n";
            });

    [GeneratedRegex(@"\]\((?<file>[^)]+\.txt)\)")]
    private static partial Regex LinkedText();
}
