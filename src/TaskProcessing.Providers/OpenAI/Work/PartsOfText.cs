using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>
/// Works on the parts of a text in turn. Parts that the model finds too long are halved, and so are the following ones.
/// </summary>
internal static class PartsOfText
{
    /// <summary>A model that does not take as little as that takes nothing.</summary>
    private const int LeastCharacters = 400;

    private const int MaxParts = 1000;

    /// <param name="parts">The parts, in their order.</param>
    /// <param name="work">Works on one part, given its position among the known ones.</param>
    /// <exception cref="TaskFailedException">Work on a part failed for another reason, or the smallest part is too long.</exception>
    public static async Task ForEachAsync(IReadOnlyList<string> parts, Func<string, (int Index, int Count), Task> work)
    {
        var left = parts.ToList();
        var done = 0;
        while (left.Count > 0)
        {
            var part = left[0];
            try
            {
                await work(part, (done, done + left.Count));
                done++;
                left.RemoveAt(0);
            }
            catch (TaskFailedException failure) when (done + left.Count < MaxParts && CanBeHalved(failure, part))
            {
                var half = (part.Trim().Length + 1) / 2;
                left = [.. left.SelectMany(one => TextParts.Of(one, half))];
            }
        }
    }

    /// <summary>True when work failed because its text is too long, and halves may succeed.</summary>
    public static bool CanBeHalved(TaskFailedException failure, string text) =>
        failure.InnerException is TextTooLongException && text.Trim().Length >= 2 * LeastCharacters;
}
