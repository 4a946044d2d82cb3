using System.Text.RegularExpressions;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>The table of task types in docs/local-providers.md.</summary>
public sealed partial class EndpointDocumentTests
{
    [Fact]
    public void The_table_has_every_task_type_and_says_which_are_served()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "local-providers.md"))
            .SkipWhile(line => !line.StartsWith("| task type | models |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();

        rows.SelectMany(row => Types(row[1])).Should().BeEquivalentTo(CoreTaskTypes.All.Select(type => type.Id));
        rows.Where(row => row[2] != "–").SelectMany(row => Types(row[1])).Should().BeEquivalentTo(OpenAIProviders.TaskTypes);
    }

    /// <summary>A type that begins with a colon has the parent of the first one.</summary>
    private static IEnumerable<string> Types(string cell)
    {
        var names = Name().Matches(cell).Select(match => match.Groups[1].Value).ToList();
        var parent = names[0][..names[0].LastIndexOf(':')];
        return names.Select(name => name.StartsWith(':') ? parent + name : name);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
