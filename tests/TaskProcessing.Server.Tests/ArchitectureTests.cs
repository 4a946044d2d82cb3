using System.Text.RegularExpressions;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests;

/// <summary>Keeps the arrows between the rooms right and the rooms small, by reading the source.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = Repository.Root;

    [Fact]
    public void Only_the_hall_the_command_line_and_the_builder_know_ASP_NET_Core()
    {
        // The hasher and Data Protection are libraries that happen to have that name.
        Offenders(
            "src/TaskProcessing.Server",
            line => AspNetCore().IsMatch(line),
            path => Room(path) is not ("Http" or "Cli" or ""),
            line => line.Contains("Microsoft.AspNetCore.Identity") || line.Contains("Microsoft.AspNetCore.DataProtection")).Should().BeEmpty();
    }

    [Fact]
    public void Only_the_store_knows_Entity_Framework() =>
        Offenders("src/TaskProcessing.Server", line => line.Contains("Microsoft.EntityFrameworkCore"), path => Room(path) != "Store").Should().BeEmpty();

    [Fact]
    public void The_hall_never_mentions_the_store() =>
        Offenders("src/TaskProcessing.Server", line => line.Contains("TaskProcessing.Server.Store"), path => Room(path) == "Http").Should().BeEmpty();

    [Fact]
    public void The_store_never_walks_up_into_the_hall() =>
        Offenders("src/TaskProcessing.Server", line => line.Contains("TaskProcessing.Server.Http") || line.Contains("TaskProcessing.Server.Cli"), path => Room(path) == "Store").Should().BeEmpty();

    [Fact]
    public void No_domain_room_knows_the_hall_or_the_command_line() =>
        Offenders(
            "src/TaskProcessing.Server",
            line => line.Contains("TaskProcessing.Server.Http") || line.Contains("TaskProcessing.Server.Cli"),
            path => Room(path) is "Tasks" or "TaskTypes" or "Providers" or "Files" or "Webhooks" or "Accounts" or "Upkeep" or "Observability").Should().BeEmpty();

    [Fact]
    public void Task_types_know_only_the_protocol() =>
        Offenders(
            "src/TaskProcessing.Server",
            line => UsesProduct().IsMatch(line) && !line.Contains("TaskProcessing.Sdk.Protocol") && !line.Contains("TaskProcessing.Server.TaskTypes"),
            path => Room(path) == "TaskTypes").Should().BeEmpty();

    [Fact]
    public void Observability_calls_nobody() =>
        Offenders("src/TaskProcessing.Server", line => UsesProduct().IsMatch(line), path => Room(path) == "Observability").Should().BeEmpty();

    [Fact]
    public void The_sdk_knows_neither_the_server_nor_ASP_NET_Core_nor_Entity_Framework() =>
        Offenders(
            "src/TaskProcessing.Sdk",
            line => line.Contains("TaskProcessing.Server") || line.Contains("Microsoft.AspNetCore") || line.Contains("EntityFrameworkCore"),
            _ => true).Should().BeEmpty();

    [Theory]
    [InlineData("src", 300)]
    [InlineData("tests", 400)]
    public void Files_stay_within_their_budget(string folder, int lines) =>
        Sources(folder).Where(path => File.ReadLines(path).Count() > lines).Select(Relative).Should().BeEmpty();

    [Fact]
    public void Folders_stay_within_their_budget() =>
        Sources("src").GroupBy(path => Path.GetDirectoryName(path)!).Where(folder => folder.Count() > 14).Select(folder => Relative(folder.Key)).Should().BeEmpty();

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Offenders("src", line => MeaninglessName().IsMatch(line), _ => true).Should().BeEmpty();

    [Fact]
    public void No_type_collides_with_the_threading_library() =>
        Offenders("src", line => CollidingName().IsMatch(line), _ => true).Should().BeEmpty();

    private static IEnumerable<string> Offenders(string folder, Func<string, bool> isOffence, Func<string, bool> isWatched, Func<string, bool>? isForgiven = null) =>
        from path in Sources(folder)
        where isWatched(path)
        from line in File.ReadLines(path).Select((text, index) => (text, number: index + 1))
        where isOffence(line.text) && isForgiven?.Invoke(line.text) != true && !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select $"{Relative(path)}:{line.number}: {line.text.Trim()}";

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/") && !path.Contains("/node_modules/"));

    /// <summary>The first folder below the server; empty for the builder's own files.</summary>
    private static string Room(string path)
    {
        var parts = Relative(path).Split('/');
        return parts.Length > 3 ? parts[2] : "";
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    [GeneratedRegex(@"Microsoft\.AspNetCore")]
    private static partial Regex AspNetCore();

    [GeneratedRegex(@"^using (static )?TaskProcessing\.")]
    private static partial Regex UsesProduct();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) \w*(Helper|Helpers|Utils|Util|Common|Manager|Base)\b")]
    private static partial Regex MeaninglessName();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) (Task|TaskStatus|TaskScheduler|TaskFactory)\b")]
    private static partial Regex CollidingName();
}
