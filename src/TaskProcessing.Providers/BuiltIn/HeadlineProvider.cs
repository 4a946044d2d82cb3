using TaskProcessing.Providers.BuiltIn.Text;

namespace TaskProcessing.Providers.BuiltIn;

internal sealed class HeadlineProvider()
    : TextWorkProvider("builtin:headline", "Built-in headline (key sentence, shortened)", "core:text2text:headline")
{
    protected override string Work(string text, IProgress<double> progress, CancellationToken cancellationToken) =>
        HeadlineWriter.Write(text, progress, cancellationToken);
}
