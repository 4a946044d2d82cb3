using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>
/// The commands of the documents, run by bash in the order of their page. A block that cannot be run here has a comment
/// before it that says why: <c>&lt;!-- not run: the reason --&gt;</c>.
/// </summary>
public sealed partial class DocumentedCommandTests : IDisposable
{
    private const string User = "echo wonderland | taskprocessing user add alice --password-stdin";
    private const string Server = "taskprocessing serve";

    /// <summary>The commands that each page takes for granted.</summary>
    private static readonly Dictionary<string, string[]> Before = new()
    {
        ["README.md"] = [],
        ["docs/files.md"] = [Server, User, "printf GIF89a > photo.png"],
        ["docs/local-providers.md"] = [],
        ["docs/nextcloud.md"] = [],
        ["docs/operations.md"] = ["printf wonderland > password.txt; printf s3cret > secret.txt", Server, FailedTasks],
        ["docs/providers.md"] = [Server, AppThatRegisters],
        ["docs/rest-api.md"] = [Server],
        ["docs/start/client.md"] = [Server, User, "printf GIF89a > photo.png"],
        ["docs/start/operator.md"] = [],
        ["docs/start/provider.md"] = [Server, User],
        ["docs/troubleshooting.md"] = [Server],
        ["docs/webhooks.md"] = [Server, User],
        ["samples/WordCountProvider/README.md"] = [Server, User],
    };

    /// <summary>Two tasks that a worker reported as failed, with webhooks that cannot be delivered.</summary>
    private const string FailedTasks = """
        printf 'wonderland' | taskprocessing user add bob --password-stdin
        taskprocessing exapp add worker --secret s3cret --app-version 1.0.0 --enabled
        root=http://127.0.0.1:8080/ocs/v2.php
        json='Content-Type: application/json'
        ocs='OCS-APIRequest: true'
        worker=(-H "$ocs" -H 'EX-APP-ID: worker' -H 'EX-APP-VERSION: 1.0.0')
        worker+=(-H "AUTHORIZATION-APP-API: $(printf ':s3cret' | base64)")
        curl "${worker[@]}" -H "$json" $root/apps/app_api/api/v1/ai_provider/task_processing -d @worker.json
        for id in 1 2; do
            curl -u bob:wonderland -H "$ocs" -H "$json" $root/taskprocessing/schedule -d '{"type":"core:text2text","appId":"test",
                "input":{"input":"x"},"webhookUri":"https://hooks.example/","webhookMethod":"HTTP:POST"}'
            curl -g "${worker[@]}" "$root/taskprocessing/tasks_provider/next?providerIds[]=worker:free&taskTypeIds[]=core:text2text"
            curl "${worker[@]}" -H "$json" $root/taskprocessing/tasks_provider/$id/result -d '{"errorMessage":"no"}'
        done
        """;

    private const string AppThatRegisters = """
        cat > llm2 <<'END'
        #!/bin/sh
        exec curl -sS --fail -H "OCS-APIRequest: true" -H "EX-APP-ID: $APP_ID" -H "EX-APP-VERSION: $APP_VERSION" \
            -H "AUTHORIZATION-APP-API: $(printf :$APP_SECRET | base64)" -H "Content-Type: application/json" \
            "$NEXTCLOUD_URL/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing" -d @registration.json
        END
        chmod +x llm2
        """;

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Pages => [.. Before.Keys];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_commands_of_a_page_work_in_their_order(string page)
    {
        var bash = Programs.Need("bash");
        foreach (var program in new[] { "curl", "openssl", "base64" })
            Programs.Need(program);
        await File.WriteAllTextAsync(_directory.File("registration.json"), Registration("llm2:summary", "core:text2text:summary"));
        await File.WriteAllTextAsync(_directory.File("worker.json"), Registration("worker:free", "core:text2text"));
        var blocks = Blocks(page).Where(block => block.Reason is null);
        await using var commands = await LoopbackWeb.StartAsync(RunAsync);
        var parts = Before[page].Concat(blocks.Select(block => block.Commands));
        await File.WriteAllTextAsync(_directory.File("page.sh"), Script(parts, commands.Url));
        using var script = ProgramDriver.Start(_directory.Path, bash, ["page.sh"], []);
        var end = await script.EndAsync();

        end.ExitCode.Should().Be(0, "{0}\n{1}", end.Out, end.Error);
    }

    [Fact]
    public void Every_page_with_commands_is_run()
    {
        var repository = Repository.Root;
        string[] pages =
        [
            .. new[] { "README.md", "CONTRIBUTING.md", "src/TaskProcessing.Sdk/README.md", "samples/WordCountProvider/README.md" },
            .. Directory
                .EnumerateFiles(Path.Combine(repository, "docs"), "*.md", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(repository, file)),
        ];

        pages.Where(page => Blocks(page).Any(block => block.Reason is null)).Should().BeEquivalentTo(Before.Keys);
    }

    /// <summary>Runs a command of the script in this process; the status of the answer is 200 and the exit code.</summary>
    private async Task RunAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string[] args = [.. form["arg"].Select(arg => arg!)];
        var result = await new CommandLineDriver(_directory.File("data")).RunWithInputAsync(form["input"].ToString(), args);
        http.Response.StatusCode = StatusCodes.Status200OK + result.ExitCode;
        await http.Response.WriteAsync(result.Out + result.Error, http.RequestAborted);
    }

    private static IEnumerable<(string Commands, string? Reason)> Blocks(string page) =>
        Block()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))
            .Select(block =>
                (
                    block.Groups["language"].Value == "console"
                        ? string.Join('\n', Prompt().Matches(block.Groups["commands"].Value).Select(line => line.Groups["command"].Value))
                        : block.Groups["commands"].Value,
                    block.Groups["reason"].Success ? block.Groups["reason"].Value : null
                )
            );

    /// <summary>
    /// The addresses of the documents become those of this test, <c>serve</c> goes into the background, and an HTTP error
    /// ends the script. What builds or tests the repository is done already: this test is a part of it.
    /// </summary>
    /// <remarks>
    /// Webhooks go to an address that is refused at once. While one is on its way it cannot be retried, and the look-up of an
    /// unknown name can take long.
    /// </remarks>
    /// <param name="parts">The commands of the page, and those before them.</param>
    /// <param name="url">Where this test runs commands: a process for each would take minutes.</param>
    private string Script(IEnumerable<string> parts, string url)
    {
        const string prelude = """
            set -eu -o pipefail
            server=
            sample=
            export TASKPROCESSING_Urls=http://127.0.0.1:8080 TASKPROCESSING_DataDirectory=$PWD/data
            export DOTNET_TieredPGO=0
            end() { [ -z "$1" ] || { kill "$1"; wait "$1" || true; }; }
            trap 'end "$server"; end "$sample"' EXIT
            run_in_test() {
                local arg input= form=() status
                case "$*" in *-stdin*) input=$(cat) ;; esac
                for arg; do form+=(--data-urlencode "arg=$arg"); done
                status=$(command curl -sS -o answer -w '%{http_code}' --data-urlencode "input=$input" "${form[@]}" "$commands")
                cat answer
                return $((status - 200))
            }
            curl() { command curl -sS --fail-with-body --max-time 60 "$@"; echo; }
            delivery() {
                local id=
                until [ -n "$id" ]; do
                    id=$(taskprocessing webhook list --failed --json | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' | tail -n 1)
                done
                echo "$id"
            }
            dotnet() {
                case "$*" in
                    "build "* | test) ;;
                    "run --project src/TaskProcessing.Server -- "*) "$program" "${@:5}" ;;
                    "run --project samples/WordCountProvider")
                        command dotnet "$sample_program" &
                        sample=$!
                        until taskprocessing provider list | grep sample:count; do kill -0 "$sample"; done ;;
                    *) echo "not known here: dotnet $*"; return 1 ;;
                esac
            }
            taskprocessing() {
                case "${1:-serve}" in
                    serve | --[a-zA-Z]*)
                        end "$server"
                        "$program" "$@" &
                        server=$!
                        until command curl -s -o nothing http://127.0.0.1:8080/health/ready; do kill -0 "$server"; sleep 0.1; done ;;
                    # It exits with 1 when it finds a fault, and an app that was never started is one.
                    doctor) "$program" "$@" || [ $? = 1 ] ;;
                    restore)
                        end "$server"
                        server=
                        mv data data-before
                        "$program" "$@" ;;
                    health | backup) "$program" "$@" ;;
                    *) run_in_test "$@" ;;
                esac
            }

            """;
        var commands = Delivery().Replace(string.Join('\n', parts), "$1 \"$$(delivery)\"");
        return $"program='{AppContext.BaseDirectory}taskprocessing'\nsample_program='{Repository.SampleProgram}'\ncommands='{url}'\n"
            + (prelude + commands)
                .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
                .Replace("127.0.0.1:8080", $"127.0.0.1:{Loopback.FreePort()}", StringComparison.Ordinal)
                .Replace("127.0.0.1:9080", $"127.0.0.1:{Loopback.FreePort()}", StringComparison.Ordinal)
                .Replace("hooks.example", "127.0.0.1", StringComparison.Ordinal)
                .Replace("/srv/", $"{_directory.Path}/srv/", StringComparison.Ordinal);
    }

    private static string Registration(string id, string type) =>
        JsonSerializer.Serialize(
            new
            {
                provider = new
                {
                    id,
                    name = id,
                    task_type = type,
                    expected_runtime = 5,
                    optional_input_shape = Array.Empty<object>(),
                    optional_output_shape = Array.Empty<object>(),
                    input_shape_enum_values = new { },
                    input_shape_defaults = new { },
                    optional_input_shape_enum_values = new { },
                    optional_input_shape_defaults = new { },
                    output_shape_enum_values = new { },
                    optional_output_shape_enum_values = new { },
                },
            }
        );

    [GeneratedRegex("(webhook (?:get|retry)) ID")]
    private static partial Regex Delivery();

    [GeneratedRegex(
        @"(<!-- not run: (?<reason>[^>]+) -->\s+)?^```(?<language>sh|console)\n(?<commands>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline
    )]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (?<command>.+)$", RegexOptions.Multiline)]
    private static partial Regex Prompt();
}
