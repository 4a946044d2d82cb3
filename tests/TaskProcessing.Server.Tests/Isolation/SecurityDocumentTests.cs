using System.Reflection;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Tests.Support;
using Xunit.v3;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>Each promise of docs/security.md names tests that there are.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_promise_names_a_test()
    {
        var tests = typeof(SecurityDocumentTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.GetCustomAttributes().OfType<IFactAttribute>().Any())
            .SelectMany(method => new[] { method.ReflectedType!, method.DeclaringType! }.Select(type => $"{type.Name}.{method.Name}"))
            .ToHashSet();
        var promises = Promises("test");

        promises.Should().HaveCountGreaterThan(30);
        promises.Should().OnlyContain(promise => TestName().IsMatch(promise));
        promises.SelectMany(promise => TestName().Matches(promise).Select(match => match.Groups["name"].Value)).Should().BeSubsetOf(tests);
    }

    [Fact]
    public void Promises_about_the_container_name_what_is_checked_there()
    {
        var checks = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "container-checks"));
        var promises = Promises("check");

        promises.Should().HaveCountGreaterThan(3);
        promises.Should().OnlyContain(promise => checks.Contains($"check \"{promise.Split('`')[1]}", StringComparison.Ordinal));
    }

    /// <summary>The rows of the tables that say what somebody cannot do.</summary>
    private static List<string> Promises(string heldBy)
    {
        var promises = new List<string>();
        var isPromise = false;
        foreach (var line in File.ReadAllLines(Path.Combine(Repository.Root, "docs", "security.md")))
        {
            if (!line.StartsWith('|'))
                isPromise = false;
            else if (line == $"| cannot | {heldBy} |")
                isPromise = true;
            else if (isPromise && !line.StartsWith("|---", StringComparison.Ordinal))
                promises.Add(line);
        }

        return promises;
    }

    [GeneratedRegex(@"`(?<name>\w+\.\w+)`")]
    private static partial Regex TestName();
}
