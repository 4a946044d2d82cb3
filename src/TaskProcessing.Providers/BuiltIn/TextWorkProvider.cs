using System.Threading.Channels;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.BuiltIn;

/// <summary>Runs text work, which keeps a processor busy, beside its caller, and passes its progress on.</summary>
internal abstract class TextWorkProvider(string id, string name, string taskType) : TaskProvider
{
    public sealed override ProviderDescriptor Descriptor { get; } =
        new()
        {
            Id = id,
            Name = name,
            TaskType = taskType,
            ExpectedRuntime = TimeSpan.FromSeconds(1),
        };

    public sealed override int Concurrency => Math.Max(1, Environment.ProcessorCount / 2);

    public sealed override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var text = context.Text("input");
        var reports = Channel.CreateBounded<double>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var work = Task.Run(() => Finish(text, reports.Writer, context.CancellationToken), CancellationToken.None);
        await foreach (var progress in reports.Reader.ReadAllAsync(CancellationToken.None))
            await context.ReportProgressAsync(progress);
        var output = await work;
        context.CancellationToken.ThrowIfCancellationRequested();
        return new TaskOutput { ["output"] = output };
    }

    protected abstract string Work(string text, IProgress<double> progress, CancellationToken cancellationToken);

    private string Finish(string text, ChannelWriter<double> reports, CancellationToken cancellationToken)
    {
        try
        {
            return Work(text, new Reports(reports), cancellationToken);
        }
        finally
        {
            reports.Complete();
        }
    }

    private sealed class Reports(ChannelWriter<double> writer) : IProgress<double>
    {
        public void Report(double value) => writer.TryWrite(value);
    }
}
