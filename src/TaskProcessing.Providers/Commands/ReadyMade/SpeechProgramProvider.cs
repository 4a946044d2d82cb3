using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>Speaks a text with a voice, at a speed, into a WAV file.</summary>
internal abstract class SpeechProgramProvider(
    ReadyMadeKit kit,
    string id,
    string name,
    IEnumerable<ShapeEnumValue> voices,
    params string[] favourites
) : ReadyMadeProvider(kit)
{
    private const string Voice = "voice";
    private const string Speed = "speed";
    private const double Slowest = 0.25;
    private const double Fastest = 4;

    private readonly ImmutableArray<ShapeEnumValue> _voices = [.. voices];

    public sealed override ProviderDescriptor Descriptor =>
        new()
        {
            Id = id,
            Name = name,
            TaskType = "core:text2speech",
            ExpectedRuntime = TimeSpan.FromSeconds(5),
            OptionalInputShape =
            [
                new(Voice, "Voice", "Who speaks", ShapeType.Enum),
                new(Speed, "Speed", "1 is normal, 2 twice as fast; from 0.25 to 4", ShapeType.Number),
            ],
            OptionalInputShapeEnumValues = Choices(Voice, _voices),
            OptionalInputShapeDefaults = ImmutableDictionary<string, JsonElement>
                .Empty.Add(Voice, JsonSerializer.SerializeToElement(Standard))
                .Add(Speed, JsonSerializer.SerializeToElement(1)),
        };

    private string Standard => favourites.FirstOrDefault(favourite => _voices.Any(voice => voice.Value == favourite)) ?? _voices[0].Value;

    protected sealed override async Task<TaskOutput> RunAsync(TaskRunContext context, RunDirectory directory)
    {
        var speed = context.NumberOrNull(Speed) ?? 1;
        if (speed is not (>= Slowest and <= Fastest))
            throw new TaskFailedException(
                $"The speed {speed} is not between {Slowest} and {Fastest}.",
                "The speed must be between 0.25 and 4."
            );

        await using var text = new MemoryStream(Encoding.UTF8.GetBytes(context.Text("input")));
        var path = await directory.AddAsync(text, context.CancellationToken);
        await SpeakAsync(context, directory, path, Choice(context, Voice, _voices, Standard), speed, "speech.wav");
        await using var speech = directory.Open("speech.wav") ?? throw new TaskFailedException($"{name} left no file.");
        return new TaskOutput { { "speech", await context.UploadFileAsync(speech, "speech.wav") } };
    }

    /// <param name="context">The task.</param>
    /// <param name="directory">Its working directory.</param>
    /// <param name="text">The path of a file with the text: a text that begins with a dash is no option then.</param>
    /// <param name="voice">One of the voices.</param>
    /// <param name="speed">1 is normal.</param>
    /// <param name="speech">The file to write.</param>
    protected abstract Task SpeakAsync(
        TaskRunContext context,
        RunDirectory directory,
        string text,
        string voice,
        double speed,
        string speech
    );
}
