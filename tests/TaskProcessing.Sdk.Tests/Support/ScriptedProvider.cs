using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A provider whose work a test writes inline.</summary>
internal sealed class ScriptedProvider(
    Func<TaskRunContext, Task<TaskOutput>> work,
    string id = "test:one",
    int concurrency = 1,
    SharedLimit? limit = null,
    string type = "core:text2text"
) : TaskProvider
{
    public static readonly TaskOutput Done = new() { ["output"] = "done" };

    public override ProviderDescriptor Descriptor { get; } =
        new()
        {
            Id = id,
            Name = "Scripted",
            TaskType = type,
        };

    public override int Concurrency => concurrency;

    public override SharedLimit? SharedLimit => limit;

    /// <summary>Works until it is cancelled.</summary>
    public static async Task<TaskOutput> Forever(TaskRunContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return Done;
    }

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context) => await work(context);
}
