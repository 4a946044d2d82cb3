using System.Collections.Immutable;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Work from speech to speech: a model transcribes, another writes, and a third one speaks.</summary>
internal abstract class SpokenProvider(OpenAIEndpoint endpoint, string taskType) : TextProvider(endpoint, taskType)
{
    /// <summary>The models for texts, as long as there are others that listen and speak.</summary>
    protected override ImmutableArray<string> Models =>
        Endpoint.Models.Transcription.IsEmpty || Endpoint.Models.Speech.IsEmpty ? [] : Endpoint.Models.Chat;

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        base.Describe(descriptor).WithVoices(Endpoint.Options) with
        {
            ExpectedRuntime = TimeSpan.FromMinutes(2),
        };

    /// <exception cref="TaskFailedException">The sound has no speech.</exception>
    protected async Task<string> ListenAsync(TaskRunContext context, string? language = null)
    {
        var model = OneOf(Endpoint.Models.Transcription);
        var heard = await SpeechWork.TranscribeAsync(Endpoint, context, model, context.FileId("input"), language);
        return heard.Text.Length > 0
            ? heard.Text
            : throw new TaskFailedException("Nothing is said in the sound.", "Nothing is said in the recording.");
    }

    protected Task<long> SpeakAsync(TaskRunContext context, string text) =>
        SpeechWork.SpeakAsync(Endpoint, context, OneOf(Endpoint.Models.Speech), text, "speech");

    private string OneOf(ImmutableArray<string> models) =>
        models.FirstOrDefault()
        ?? throw new TaskFailedException($"Endpoint {Endpoint.Name} has no model for this any more.") { Retryable = true };
}

/// <summary>One turn of a conversation by voice.</summary>
internal sealed class AudioChatProvider(OpenAIEndpoint endpoint) : SpokenProvider(endpoint, Type)
{
    public const string Type = "core:audio2audio:chat";

    private const string InputTranscript = "input_transcript";
    private const string OutputTranscript = "output_transcript";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var asked = await ListenAsync(context);
        await context.ReportProgressAsync(0.2);
        ChatMessage[] messages =
        [
            .. Conversation.Begin(context),
            ChatMessage.System(Endpoint.Prompts.Fill("audio-chat")),
            .. Conversation.History(context),
            ChatMessage.User(asked),
        ];
        var answer = await AskAsync(context, messages, text => new TaskOutput { [InputTranscript] = asked, [OutputTranscript] = text });
        await context.ReportProgressAsync(0.6);
        return new TaskOutput
        {
            { InputTranscript, asked },
            { Output, await SpeakAsync(context, answer.Text) },
            { OutputTranscript, answer.Noted },
        };
    }
}

/// <summary>Reads the translation of a recording aloud.</summary>
internal sealed class AudioTranslateProvider(OpenAIEndpoint endpoint) : SpokenProvider(endpoint, Type)
{
    public const string Type = "core:audio2audio:translate";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var origin = context.Text(Languages.OriginSlot);
        var heard = await ListenAsync(context, origin == Languages.Detect ? null : origin);
        await context.ReportProgressAsync(0.2);
        var prompt = ChatMessage.System(Endpoint.Prompts.Fill("translate", Languages.Placeholders(context)));
        var translated = await AskInPartsAsync(
            context,
            heard,
            part => [prompt, ChatMessage.User(part)],
            answer => answer.Noted,
            isShown: false
        );
        await context.ReportProgressAsync(0.6);
        return new TaskOutput { { "audio_output", await SpeakAsync(context, translated) } };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        base.Describe(descriptor) with
        {
            InputShapeEnumValues = Languages.Choices,
            InputShapeDefaults = descriptor.InputShapeDefaults.Add(Languages.OriginSlot, Json(Languages.Detect)),
        };
}
