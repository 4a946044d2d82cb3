using System.Text.RegularExpressions;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Deploy;

/// <summary>The manifests of deploy/kubernetes, against the schemas of Kubernetes and KEDA, and against this program.</summary>
public sealed partial class KubernetesTests
{
    private const string Package = "kubernetes-models";

    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "kubernetes");

    private static string[] Manifests =>
        [
            .. Directory
                .GetFiles(Folder, "*.yaml")
                .Where(file => Path.GetFileName(file) != "kustomization.yaml")
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public async Task Every_manifest_is_valid()
    {
        var checkedKinds = await NpmTools.RunAsync("kubernetes.mjs", Package, Manifests);

        checkedKinds
            .Split('\n')
            .Should()
            .Contain("apps/v1 Deployment")
            .And.Contain("policy/v1 PodDisruptionBudget")
            .And.Contain("keda.sh/v1alpha1 ScaledObject");
    }

    [Fact]
    public async Task Mistakes_are_found()
    {
        NpmTools.Need(Package);
        using var directory = new TemporaryDirectory();
        var server = await CopyAsync("server.yaml", "replicas: 2", "replicas: two");
        var worker = await CopyAsync("worker.yaml", "terminationGracePeriodSeconds", "terminationGraceSeconds");
        var keda = await CopyAsync("keda.yaml", "triggers", "trigger");

        using var check = NpmTools.Start("kubernetes.mjs", Package, server, worker, keda);
        await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var found = await check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        found.Should().Contain("replicas").And.Contain("terminationGraceSeconds").And.Contain("triggers");

        async Task<string> CopyAsync(string manifest, string right, string wrong)
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Folder, manifest));
            await File.WriteAllTextAsync(directory.File(manifest), text.Replace(right, wrong, StringComparison.Ordinal));
            return directory.File(manifest);
        }
    }

    [Theory]
    [InlineData("server.yaml")]
    [InlineData("worker.yaml")]
    public async Task Every_container_has_a_read_only_root_and_no_capabilities(string manifest)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, manifest));

        text.Should().Contain(" image: ", Exactly.Once(), "the lines below are those of this container");
        foreach (
            var line in new[] { "runAsNonRoot: true", "allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true", "drop: [\"ALL\"]" }
        )
            text.Should().Contain($" {line}\n", Exactly.Once());
    }

    [Fact]
    public async Task Settings_and_waits_are_those_of_this_program()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, "server.yaml"));
        var secrets = await File.ReadAllTextAsync(Path.Combine(Folder, "secret.example.yaml"));
        var known = SettingCatalogue
            .Create()
            .All.Select(setting => $"TASKPROCESSING_{setting.Key.Replace(":", "__", StringComparison.Ordinal)}");

        Variable()
            .Matches(text + secrets)
            .Select(variable => variable.Groups[1].Value)
            .Should()
            .HaveCountGreaterThan(7)
            .And.BeSubsetOf(known);
        NumberOf("terminationGracePeriodSeconds: (\\d+)").Should().BeGreaterThan(NumberOf("DrainSeconds: \"(\\d+)\"") + 30);
        // Twice red before endpoints are removed.
        NumberOf("DrainSeconds: \"(\\d+)\"").Should().BeGreaterThan(2 * NumberOf("periodSeconds: (3)"));

        int NumberOf(string pattern) => int.Parse(Regex.Match(text, pattern).Groups[1].Value);
    }

    [Fact]
    public async Task The_autoscaler_s_address_answers_the_number_that_it_reads()
    {
        var keda = await File.ReadAllTextAsync(Path.Combine(Folder, "keda.yaml"));
        var route = AutoscalerRoute().Match(keda).Groups[1].Value;
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var admin = await server.UserAsync("keda", isAdmin: true);
        await admin.ScheduleAsync("core:text2text", new { input = "x" });
        // As KEDA asks: with a login and nothing else.
        admin.DefaultRequestHeaders.Remove("OCS-APIRequest");
        admin.DefaultRequestHeaders.Remove("Accept");

        var answer = await admin.SendOcsAsync(
            "GET",
            route.Replace("sample:count", "core:text2text", StringComparison.Ordinal),
            content: null
        );

        keda.Should().Contain("valueLocation: ocs.data.scheduled_count");
        ((int)answer.Data!["scheduled_count"]!).Should().Be(1);
    }

    [GeneratedRegex(@"^ +(TASKPROCESSING_\w+):", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"url: http://[^/]+(\S+)")]
    private static partial Regex AutoscalerRoute();
}
