using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tests.Cli;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>One version, made by MinVer of the tags of git or given to the build.</summary>
public sealed class ServerVersionTests
{
    [Fact]
    public void It_is_a_semantic_version() =>
        // What a build without MinVer would have is 1.0.0, of which nobody spoke.
        ServerVersion.Full.Should().MatchRegex(@"^\d+\.\d+\.\d+(-[0-9A-Za-z]+([.-][0-9A-Za-z]+)*)?$").And.NotBe("1.0.0");

    [Fact]
    public void Its_numbers_are_three() => ServerVersion.Full.Should().StartWith(Version.Parse(ServerVersion.Numbers).ToString(3));

    [Fact]
    public async Task The_command_line_says_it()
    {
        using var directory = new TemporaryDirectory();
        var said = await ProgramDriver.RunAsync(directory.Path, "--version");

        said.Out.Should().StartWith(ServerVersion.Full);
    }
}
