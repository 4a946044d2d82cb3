using TaskProcessing.Providers.BuiltIn.Emoji;

namespace TaskProcessing.Providers.BuiltIn;

internal sealed class EmojiProvider() : TextWorkProvider("builtin:emoji", "Built-in emoji (Unicode keywords)", "core:generateemoji")
{
    protected override string Work(string text, IProgress<double> progress, CancellationToken cancellationToken) =>
        EmojiFinder.Find(text, progress, cancellationToken);
}
