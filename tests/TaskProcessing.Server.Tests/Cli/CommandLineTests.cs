using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private CommandLineDriver Driver => new(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("usr list", "\"usr\"", "user?")]
    [InlineData("user lst", "\"lst\"", "list?")]
    [InlineData("user add bob --passwrd=x", "\"--passwrd\"", "--password?")]
    [InlineData("serve --Stor:Provider=Sqlite", "--Stor:Provider", "--Store:Provider?")]
    [InlineData("--DataDirectry=x", "\"--DataDirectry\"", "--DataDirectory?")]
    [InlineData("user list --RateLimits:Enable=no", "--RateLimits:Enable", "--RateLimits:Enabled?")]
    public async Task A_mistyped_word_is_an_error_with_a_suggestion(string line, string named, string suggested)
    {
        var result = await Driver.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(2);
        result.Out.Should().BeEmpty();
        result.Error.Should().Contain(named).And.Contain($"did you mean {suggested}");
    }

    [Theory]
    [InlineData("user", "Required command")]
    [InlineData("user remove", "ID is missing: The login name")]
    [InlineData("user add", "ID is missing: The login name")]
    [InlineData("user revoke bob", "NAME is missing: What the app password was for.")]
    [InlineData("block lift", "either ADDRESS or --all")]
    [InlineData("block lift 127.0.0.1 --all", "either ADDRESS or --all")]
    [InlineData("user add bob", "either --password or --password-stdin")]
    [InlineData("user add bob --password x --password-stdin", "either --password or --password-stdin")]
    [InlineData("exapp add app --secret s", "--app-version")]
    [InlineData("task get seven", "no task number")]
    [InlineData("task get -7", "no task number")]
    [InlineData("task requeue", "--failed")]
    [InlineData("task requeue 1 --failed", "--failed")]
    [InlineData("task requeue 1 two", "\"two\" is no task number")]
    [InlineData("task requeue 1 --type core:text2text", "--type goes with --failed")]
    [InlineData("task list --status lost", "'scheduled'")]
    [InlineData("task list --limit 0", "at least 1")]
    [InlineData("task cleanup --older-than 3w", "no age")]
    [InlineData("task cleanup --older-than d", "no age")]
    public async Task An_incomplete_or_unreadable_command_is_a_usage_error(string line, string said)
    {
        var result = await Driver.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(2);
        result.Error.Should().Contain(said).And.Contain("--help");
        Directory.EnumerateFileSystemEntries(_directory.Path).Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("serve")]
    [InlineData("demo")]
    [InlineData("migrate")]
    [InlineData("user")]
    [InlineData("user add")]
    [InlineData("user app-password")]
    [InlineData("block")]
    [InlineData("block lift")]
    [InlineData("health")]
    [InlineData("exapp")]
    [InlineData("exapp add")]
    [InlineData("task")]
    [InlineData("task cleanup")]
    public async Task Help_is_there_for_every_command(string command)
    {
        string[] words = command.Length == 0 ? [] : command.Split(' ');
        (await Driver.SucceedAsync([.. words, "--help"])).Should().MatchRegex($"^Description:\n  \\S(.|\n)*Usage:\n  \\S+ {command}");
    }

    [Fact]
    public async Task The_version_is_a_line()
    {
        (await Driver.SucceedAsync("--version")).Should().MatchRegex(@"^\d+\.\d+\.\d+\S*\n$");
    }

    [Theory]
    [InlineData("user list")]
    [InlineData("user remove bob")]
    [InlineData("task stats")]
    [InlineData("exapp list")]
    public async Task A_command_that_needs_a_database_does_not_make_one(string line)
    {
        var result = await Driver.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("does not exist yet").And.Subject.Split('\n').Should().HaveCount(2);
        Directory.EnumerateFileSystemEntries(_directory.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_is_one_sentence()
    {
        await File.WriteAllTextAsync(_directory.File("file"), "");

        var result = await new CommandLineDriver(_directory.File("file")).RunAsync("user", "add", "bob", "--password", "long enough");

        result.ExitCode.Should().Be(1);
        result.Error.Should().StartWith("taskprocessing: Cannot open the SQLite file").And.Subject.Split('\n').Should().HaveCount(2);
    }

    [Fact]
    public async Task Wrong_settings_stop_a_command_too()
    {
        var result = await Driver.RunAsync(
            "migrate",
            "--Ocs:Profile=Other",
            "--BruteForce:MaxAttempts=none",
            "--TaskTypes:Custom:0:Name=x"
        );

        result.ExitCode.Should().Be(1);
        result
            .Error.Should()
            .ContainAll(
                "3 settings",
                "Ocs:Profile must be one of Manual, Nextcloud",
                "BruteForce:MaxAttempts must be a whole number",
                "TaskTypes:Custom:0"
            );
    }

    [Fact]
    public async Task Migrating_says_what_it_did_and_may_be_repeated()
    {
        (await Driver.SucceedAsync("migrate")).Should().Contain("applied").And.Contain("is up to date");
        (await Driver.SucceedAsync("migrate")).Should().NotContain("applied").And.Contain("is up to date");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_not_healthy()
    {
        // A machine that stands still for the whole of the command's time is asked again.
        await Eventually.BecomesTrue(
            async () =>
            {
                var result = await Driver.RunAsync("health", "http://127.0.0.1:1/health/live");
                result.ExitCode.Should().Be(1);
                return result.Error.Contains("cannot be asked", StringComparison.Ordinal);
            },
            "the answer that it cannot be asked"
        );
    }
}
