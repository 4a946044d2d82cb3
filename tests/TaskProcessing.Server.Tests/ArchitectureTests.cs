using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using TaskProcessing.Providers;
using TaskProcessing.Sdk.Client;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests;

/// <summary>
/// Keeps libraries in their rooms and the rooms small, by reading the source. <see cref="RoomTests"/> keeps the arrows between
/// rooms.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = Repository.Root;

    [Fact]
    public void Only_Http_the_command_line_and_the_builder_use_ASP_NET_Core()
    {
        // The hasher and Data Protection are libraries that happen to have that name.
        Offenders(
                "src/TaskProcessing.Server",
                line => AspNetCore().IsMatch(line),
                path => Room(path) is not ("Http" or "Cli" or ""),
                line => line.Contains("Microsoft.AspNetCore.Identity") || line.Contains("Microsoft.AspNetCore.DataProtection")
            )
            .Should()
            .BeEmpty();
    }

    [Fact]
    public void Only_the_store_knows_Entity_Framework() =>
        Offenders("src/TaskProcessing.Server", line => line.Contains("Microsoft.EntityFrameworkCore"), path => Room(path) != "Store")
            .Should()
            .BeEmpty();

    [Fact]
    public void The_sdk_knows_neither_the_server_nor_ASP_NET_Core_nor_Entity_Framework() =>
        Offenders(
                "src/TaskProcessing.Sdk",
                line =>
                    line.Contains("TaskProcessing.Server") || line.Contains("Microsoft.AspNetCore") || line.Contains("EntityFrameworkCore"),
                _ => true
            )
            .Should()
            .BeEmpty();

    [Theory]
    [InlineData("src", 300)]
    [InlineData("tests", 400)]
    public void Files_stay_within_their_budget(string folder, int lines) =>
        Sources(folder).Where(path => File.ReadLines(path).Count() > lines).Select(Relative).Should().BeEmpty();

    [Fact]
    public void No_line_is_longer_than_140_columns() =>
        new[] { "src", "tests", "bench", "samples" }
            .SelectMany(folder => Offenders(folder, line => line.Length > 140, path => !path.Contains("Migrations")))
            .Should()
            .BeEmpty();

    /// <summary>A room's README has rules that its names do not tell; a long one would be a page of the docs.</summary>
    [Fact]
    public void Rooms_with_rules_beyond_their_names_have_a_short_readme() =>
        new[] { "Store/Dialects", "Tasks/Waiting" }
            .Select(room => Path.Combine(Root, "src", "TaskProcessing.Server", room, "README.md"))
            .Should()
            .OnlyContain(readme => File.Exists(readme) && File.ReadLines(readme).Count() <= 15);

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Offenders("src", line => MeaninglessName().IsMatch(line), _ => true).Should().BeEmpty();

    [Fact]
    public void No_type_collides_with_the_threading_library() =>
        Offenders("src", line => CollidingName().IsMatch(line), _ => true).Should().BeEmpty();

    [Fact]
    public void No_test_starts_a_program_without_looking_whether_it_is_there() =>
        Offenders("tests", line => NamedProgram().IsMatch(line), _ => true, line => Essential().IsMatch(line))
            .Should()
            .BeEmpty("Programs.Need is there for that");

    /// <summary>How long a comparison takes must not tell how much of a guess was right, and no test can measure that.</summary>
    [Theory]
    [InlineData("Http/Auth/SessionCookie.cs")]
    [InlineData("Http/Scraping/Scraping.cs")]
    [InlineData("Nextclouds/RecognizeNextcloud.cs")]
    [InlineData("Providers/ExAppDirectory.cs")]
    public void Secrets_are_compared_in_constant_time(string path) =>
        File.ReadAllText(Path.Combine(Root, "src", "TaskProcessing.Server", path))
            .Should()
            .Contain("CryptographicOperations.FixedTimeEquals(", Exactly.Once());

    /// <summary>
    /// The text that a record makes of itself has all of its properties. One that is computed and of the same type has such a text too,
    /// and so on: the program ends with a full stack.
    /// </summary>
    [Fact]
    public void No_record_has_a_text_without_end() =>
        new[] { typeof(ServerBuilder), typeof(LocalProviderOptions), typeof(TaskClient) }
            .SelectMany(one => one.Assembly.GetTypes())
            .Where(type => type.GetMethod(nameof(ToString), [])?.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) == true)
            .SelectMany(type => type.GetProperties().Where(property => property.PropertyType == type && !property.CanWrite))
            .Where(property =>
                !property.GetMethod!.IsStatic && !property.GetMethod.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            )
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}")
            .Should()
            .BeEmpty();

    private static IEnumerable<string> Offenders(
        string folder,
        Func<string, bool> isOffence,
        Func<string, bool> isWatched,
        Func<string, bool>? isForgiven = null
    ) =>
        from path in Sources(folder)
        where isWatched(path)
        from line in File.ReadLines(path).Select((text, index) => (text, number: index + 1))
        where
            isOffence(line.text)
            && isForgiven?.Invoke(line.text) != true
            && !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select $"{Relative(path)}:{line.number}: {line.text.Trim()}";

    /// <summary>The hand-written sources: dotnet ef writes the migrations.</summary>
    private static IEnumerable<string> Sources(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/") && !path.Contains("/node_modules/") && !path.Contains("/Migrations/"));

    /// <summary>The first folder below the server; empty for the builder's own files.</summary>
    private static string Room(string path)
    {
        var parts = Relative(path).Split('/');
        return parts.Length > 3 ? parts[2] : "";
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    [GeneratedRegex(@"(Process\.Start|ProcessStartInfo)\(""")]
    private static partial Regex NamedProgram();

    /// <summary>Programs that every Debian has, and dotnet.</summary>
    [GeneratedRegex(@"\(""(chmod|mkfifo|sleep|dotnet)""")]
    private static partial Regex Essential();

    [GeneratedRegex(@"Microsoft\.AspNetCore")]
    private static partial Regex AspNetCore();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) \w*(Helper|Helpers|Utils|Util|Common|Manager|Base)\b")]
    private static partial Regex MeaninglessName();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) (Task|TaskStatus|TaskScheduler|TaskFactory)\b")]
    private static partial Regex CollidingName();
}
