using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Speech: made from texts, and written down.</summary>
internal sealed partial class SoundCalls(EndpointClient client)
{
    private const string ResponseFormat = "response_format";
    private const string Voice = "voice";
    private const string Speed = "speed";
    private const string Language = "language";

    /// <param name="request">The model, the text, the voice and its speed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Sdk.Workers.TaskFailedException">It failed, in words for administrators and users.</exception>
    public async Task<MediaFile> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        var medium = await client.AskAsync(
            request.Model,
            [ResponseFormat, .. request.Speed is 1 ? (string[])[] : [Speed], .. request.IsVoiceGuessed ? (string[])[Voice] : []],
            async (sent, _, token) =>
            {
                var body = new JsonObject { ["model"] = request.Model, ["input"] = request.Text };
                if (!request.IsVoiceGuessed || sent.Contains(Voice))
                    body[Voice] = request.Voice;
                if (sent.Contains(ResponseFormat))
                    body[ResponseFormat] = "mp3";
                if (sent.Contains(Speed))
                    body[Speed] = request.Speed;

                var answer = await client
                    .Library.GetAudioClient(request.Model)
                    .GenerateSpeechAsync(PlainJson.BodyOf(body), new RequestOptions { CancellationToken = token });
                return SoundIn(answer.GetRawResponse());
            },
            cancellationToken
        );
        return await client.FileOfAsync(request.Model, medium, "audio", cancellationToken);
    }

    /// <param name="request">The model, the sound and its language.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Sdk.Workers.TaskFailedException">It failed, in words for administrators and users.</exception>
    public Task<Transcript> TranscribeAsync(TranscriptionRequest request, CancellationToken cancellationToken) =>
        client.AskAsync(
            request.Model,
            [ResponseFormat, .. request.Language is null ? (string[])[] : [Language]],
            async (sent, _, token) =>
            {
                await using var audio = await request.OpenAudio();
                using var form = new AudioForm(audio, request.FileName);
                form.Add("model", request.Model);
                if (sent.Contains(ResponseFormat))
                    form.Add(ResponseFormat, request.WithTimes ? "verbose_json" : "json");
                if (sent.Contains(Language))
                    form.Add(Language, request.Language!);

                var answer = await client
                    .Library.GetAudioClient(request.Model)
                    .TranscribeAudioAsync(form, form.ContentType, new RequestOptions { CancellationToken = token });
                return await Transcript.ReadAsync(answer.GetRawResponse().Content.ToMemory(), token);
            },
            cancellationToken
        );

    private static Medium SoundIn(PipelineResponse response)
    {
        var bytes = response.Content.ToMemory();
        var claim = response.Headers.TryGetValue("Content-Type", out var type) ? type! : "";
        return !MediaAnswer.IsMedium(bytes.Span) && !MediaAnswer.IsText(bytes.Span) && IsSamples().IsMatch(claim)
            ? new Medium(Wav.Of(bytes, RateOf(claim)))
            : MediaAnswer.Read(bytes, "audio")[0];
    }

    private static int RateOf(string claim) =>
        Rate().Match(claim) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var rate)
            ? Math.Clamp(rate, 1000, 384_000)
            : Wav.UsualRate;

    [GeneratedRegex("^audio/(x-)?(pcm|l16|raw)", RegexOptions.IgnoreCase)]
    private static partial Regex IsSamples();

    [GeneratedRegex("rate=\"?([0-9]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Rate();
}

/// <summary>A text to be read aloud.</summary>
internal sealed record SpeechRequest(string Model, string Text, string Voice)
{
    /// <summary>1 is usual.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>True when neither the task nor the settings name the voice: then it can be left out.</summary>
    public bool IsVoiceGuessed { get; init; }
}

/// <summary>A sound to be transcribed.</summary>
/// <param name="Model">The model.</param>
/// <param name="OpenAudio">Opens the sound, for each try.</param>
/// <param name="FileName">A name whose extension shows the type of the sound.</param>
internal sealed record TranscriptionRequest(string Model, Func<Task<Stream>> OpenAudio, string FileName)
{
    /// <summary>The code of the language that is spoken, where it is known.</summary>
    public string? Language { get; init; }

    /// <summary>True to ask for the times of the parts.</summary>
    public bool WithTimes { get; init; }
}
