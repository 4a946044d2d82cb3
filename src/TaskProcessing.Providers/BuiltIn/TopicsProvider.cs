using TaskProcessing.Providers.BuiltIn.Text;

namespace TaskProcessing.Providers.BuiltIn;

internal sealed class TopicsProvider() : TextWorkProvider("builtin:topics", "Built-in topics (key phrases)", "core:text2text:topics")
{
    protected override string Work(string text, IProgress<double> progress, CancellationToken cancellationToken) =>
        KeyPhrases.List(text, progress, cancellationToken);
}
