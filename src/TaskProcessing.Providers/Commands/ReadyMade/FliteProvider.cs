using System.Globalization;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>flite: English only, voices made of recorded speech.</summary>
internal sealed class FliteProvider(ReadyMadeKit kit, string program, IEnumerable<ShapeEnumValue> voices)
    : SpeechProgramProvider(kit, "ready:flite", "Flite", voices, "slt", "rms")
{
    /// <param name="kit">The shared tools.</param>
    /// <param name="programs">The path of flite.</param>
    /// <param name="answer">A title and a colon, then the voices in the same line.</param>
    public static TaskProvider? Create(ReadyMadeKit kit, IReadOnlyList<string> programs, string answer)
    {
        var voices = answer[(answer.IndexOf(':', StringComparison.Ordinal) + 1)..]
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(voice => voice != "awb_time") // It only tells the time.
            .Select(voice => new ShapeEnumValue(voice, voice))
            .ToList();
        return voices.Count == 0 ? null : new FliteProvider(kit, programs[0], voices);
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
                "-voice",
                voice,
                "--setf",
                string.Create(CultureInfo.InvariantCulture, $"duration_stretch={1 / speed:0.###}"),
                "-f",
                text,
                "-o",
                speech,
            ]
        );
}
