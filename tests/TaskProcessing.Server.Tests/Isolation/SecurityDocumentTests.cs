using System.Reflection;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Tests.Support;
using Xunit.v3;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>
/// Each promise of docs/security.md names tests that there are, and so does each line of docs/mutation.md that was broken to see
/// whether they notice.
/// </summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_promise_names_a_test()
    {
        var promises = Rows("docs/security.md", "| cannot | test |");

        promises.Should().HaveCountGreaterThan(30);
        NameTests(promises);
    }

    [Fact]
    public void Promises_about_the_container_name_what_is_checked_there()
    {
        var checks = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "container-checks"));
        var promises = Rows("docs/security.md", "| cannot | check |");

        promises.Should().HaveCountGreaterThan(3);
        promises.Should().OnlyContain(promise => checks.Contains($"check \"{promise.Split('`')[1]}", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_line_that_was_broken_names_the_test_that_notices_it()
    {
        var lines = Rows("docs/mutation.md", "| file | promise that was broken | noticed by |");

        lines.Should().HaveCountGreaterThan(50);
        NameTests(lines);
        lines
            .Select(line => $"src/{line.Split('`')[1]}")
            .Where(path => !File.Exists(Path.Combine(Repository.Root, path)))
            .Should()
            .BeEmpty();
    }

    private static void NameTests(List<string> rows)
    {
        var tests = typeof(SecurityDocumentTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.GetCustomAttributes().OfType<IFactAttribute>().Any())
            .SelectMany(method => new[] { method.ReflectedType!, method.DeclaringType! }.Select(type => $"{type.Name}.{method.Name}"))
            .ToHashSet();

        rows.Should().OnlyContain(row => TestName().IsMatch(row));
        rows.SelectMany(row => TestName().Matches(row).Select(match => match.Groups["name"].Value)).Should().BeSubsetOf(tests);
    }

    /// <summary>The rows of all tables of a document that have this heading.</summary>
    private static List<string> Rows(string document, string heading)
    {
        var rows = new List<string>();
        var isIn = false;
        foreach (var line in File.ReadAllLines(Path.Combine(Repository.Root, document)))
        {
            if (!line.StartsWith('|'))
                isIn = false;
            else if (line == heading)
                isIn = true;
            else if (isIn && !line.StartsWith("|---", StringComparison.Ordinal))
                rows.Add(line);
        }

        return rows;
    }

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+|\w+Conformance\.\w+|\w+Properties\.\w+)`")]
    private static partial Regex TestName();
}
