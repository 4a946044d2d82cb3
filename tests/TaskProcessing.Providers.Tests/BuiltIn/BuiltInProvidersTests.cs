using TaskProcessing.Providers.BuiltIn;
using TaskProcessing.Providers.Tests.BuiltIn.Text;
using TaskProcessing.Sdk.Testing;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Tests.BuiltIn;

public sealed class BuiltInProvidersTests
{
    public static TheoryData<string> Ids => [.. BuiltInProviders.All.Select(provider => provider.Descriptor.Id)];

    [Fact]
    public void Each_task_type_has_its_provider() =>
        BuiltInProviders
            .All.Select(provider => (provider.Descriptor.Id, provider.Descriptor.TaskType))
            .Should()
            .Equal(
                ("builtin:summary", "core:text2text:summary"),
                ("builtin:headline", "core:text2text:headline"),
                ("builtin:topics", "core:text2text:topics"),
                ("builtin:emoji", "core:generateemoji")
            );

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_provider_answers_a_text_and_reports_on_the_way(string id)
    {
        using var run = await new ProviderTestBench(Provider(id)).RunAsync(
            new TaskOutput { ["input"] = SampleTexts.Read("en") },
            TestContext.Current.CancellationToken
        );

        run.Failure.Should().BeNull();
        run.Text("output").Should().NotBeEmpty();
        run.Progress.Should().NotBeEmpty().And.BeInAscendingOrder();
        run.Progress[^1].Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_provider_stops_when_its_task_is_cancelled(string id)
    {
        using var run = await new ProviderTestBench(Provider(id)) { OnProgress = (started, _) => started.Cancel() }.RunAsync(
            new TaskOutput { ["input"] = SampleTexts.Long(200) },
            TestContext.Current.CancellationToken
        );

        run.Failure.Should().BeAssignableTo<OperationCanceledException>();
        run.Output.Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_task_without_a_text_fails(string id)
    {
        using var run = await new ProviderTestBench(Provider(id)).RunAsync("{}", TestContext.Current.CancellationToken);

        run.Failure.Should().BeOfType<TaskFailedException>();
    }

    private static TaskProvider Provider(string id) => BuiltInProviders.All.Single(provider => provider.Descriptor.Id == id);
}
