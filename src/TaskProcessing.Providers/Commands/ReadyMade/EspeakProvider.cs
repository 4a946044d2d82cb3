using System.Globalization;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>espeak-ng: over a hundred languages, a robot's voice.</summary>
internal sealed class EspeakProvider(ReadyMadeKit kit, string program, IEnumerable<ShapeEnumValue> voices)
    : SpeechProgramProvider(kit, "ready:espeak-ng", "eSpeak NG", voices, "en-us", "en-gb", "en")
{
    private const double WordsPerMinute = 175;

    /// <param name="kit">The shared tools.</param>
    /// <param name="programs">The path of espeak-ng.</param>
    /// <param name="answer">A title, then a line a voice: priority, language, gender, name, file and more.</param>
    public static TaskProvider? Create(ReadyMadeKit kit, IReadOnlyList<string> programs, string answer)
    {
        var voices = answer
            .Split('\n')
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length >= 5)
            .Select(columns => new ShapeEnumValue(columns[3].Replace('_', ' '), columns[1]))
            .DistinctBy(voice => voice.Value)
            .ToList();
        return voices.Count == 0 ? null : new EspeakProvider(kit, programs[0], voices);
    }

    protected override Task SpeakAsync(
        TaskRunContext context,
        RunDirectory directory,
        string text,
        string voice,
        double speed,
        string speech
    ) =>
        RunAsync(
            context,
            directory,
            program,
            [
                "-v",
                voice,
                "-s",
                Math.Round(WordsPerMinute * speed).ToString(CultureInfo.InvariantCulture),
                "-b",
                "1",
                "-w",
                speech,
                "-f",
                text,
            ]
        );
}
