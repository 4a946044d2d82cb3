using TaskProcessing.Providers.BuiltIn.Text;

namespace TaskProcessing.Providers.BuiltIn;

internal sealed class SummaryProvider() : TextWorkProvider("builtin:summary", "Built-in summary (key sentences)", "core:text2text:summary")
{
    protected override string Work(string text, IProgress<double> progress, CancellationToken cancellationToken) =>
        Summarizer.Summarize(text, progress, cancellationToken);
}
