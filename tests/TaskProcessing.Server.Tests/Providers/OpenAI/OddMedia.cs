using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Odd answers in place of an image, a sound or a transcript.</summary>
internal static class OddMedia
{
    private const string Refuses = "The AI service refuses this server. Please tell your administrator.";
    private const string Contents = "The AI service refused to answer because of its content rules. Please change the text.";
    private const string NoModel = "The AI service does not know the model or cannot do this. Please tell your administrator.";
    private const string Text = "text/plain; charset=utf-8";

    public static OddMedium[] Images { get; } =
    [
        Image("bytes in base64", "OpenAI, LocalAI", $$"""{"created":1.5,"data":[{"b64_json":"{{SmallFiles.Png}}","url":""}]}"""),
        Image("a time as a text", "proxies", $$"""{"created":"2026-01-01T00:00:00Z","data":[{"b64_json":"{{SmallFiles.Png}}"}]}"""),
        Image("a list without its wrapper", "proxies", $$"""[{"b64_json":"{{SmallFiles.Png}}"}]"""),
        Image("one image without its list", "proxies", $$$"""{"data":{"b64_json":"{{{SmallFiles.Png}}}"}}"""),
        Image("a list of texts", "Stable Diffusion's web UI", $$"""{"images":["{{SmallFiles.Png}}"],"parameters":{},"info":"{}"}"""),
        Image(
            "another name for the bytes",
            "Stability's first API",
            $$"""{"artifacts":[{"base64":"{{SmallFiles.Png}}","finishReason":"SUCCESS","seed":1}]}"""
        ),
        Image("Imagen's name for the bytes", "Vertex", $$"""{"predictions":[{"bytesBase64Encoded":"{{SmallFiles.Png}}"}]}"""),
        Image("an address that holds the bytes", "LiteLLM, Gemini", $$"""{"data":[{"url":"data:image/png;base64,{{SmallFiles.Png}}"}]}"""),
        Image(
            "bytes behind the beginning of an address",
            "proxies",
            $$"""{"data":[{"b64_json":"data:image/png;base64,{{SmallFiles.Png}}"}]}"""
        ),
        Image("base64 without its end", "Go's RawStdEncoding", $$"""{"data":[{"b64_json":"{{SmallFiles.Png.TrimEnd('=')}}"}]}"""),
        Image(
            "base64 in lines",
            "Python's encodebytes",
            $$"""{"data":[{"b64_json":"{{SmallFiles.Png[..40]}}\n{{SmallFiles.Png[40..]}}\n"}]}"""
        ),
        Image(
            "base64 with letters for addresses",
            "Google",
            $$"""{"data":[{"b64_json":"{{SmallFiles.Png.Replace('+', '-').Replace('/', '_')}}"}]}"""
        ),
        Image(
            "an image in a chat's answer",
            "OpenRouter",
            """{"choices":[{"message":{"content":"Here it is.","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,"""
                + SmallFiles.Png
                + "\"}}]}}]}"
        ),
        Image("JSON that is called a page", "misconfigured proxies", $$"""{"data":[{"b64_json":"{{SmallFiles.Png}}"}]}""", "text/html"),
        Image("a mark before the JSON", "IIS", $$"""{{"\uFEFF"}}{"data":[{"b64_json":"{{SmallFiles.Png}}"}]}"""),
        new("the image itself", "Hugging Face", new Reply(200, "application/json", FileDriver.Png)) { Files = "image-1.png" },
        Image(
            "a JPEG",
            "gpt-image with output_format",
            $$"""{"data":[{"b64_json":"{{SmallFiles.Base64(SmallFiles.Jpeg)}}"}]}""",
            "application/json",
            "jpg"
        ),
        Image("a WebP", "Together", $$"""{"data":[{"b64_json":"{{SmallFiles.Base64(SmallFiles.Webp)}}"}]}""", "application/json", "webp"),
        new(
            "response_format is unknown",
            "gpt-image, also behind a proxy",
            Reply.Refusal(
                400,
                """{"error":{"message":"Unknown parameter: 'response_format'.","param":"response_format","code":"unknown_parameter"}}"""
            ),
            Painted()
        )
        {
            Files = "image-1.png",
            LeftOut = "response_format",
        },
        new(
            "response_format is an extra input",
            "validating servers",
            Reply.Refusal(
                422,
                """{"detail":[{"type":"extra_forbidden","loc":["body","response_format"],"msg":"Extra inputs are not permitted"}]}"""
            ),
            Painted()
        )
        {
            Files = "image-1.png",
            LeftOut = "response_format",
        },
        new(
            "a wrong key as 400",
            "Gemini",
            Reply.Refusal(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}]""")
        )
        {
            Error = "API key not valid",
            UserError = Refuses,
        },
        new("a wrong key with status 200", "proxies", Reply.Whole("""{"error":{"message":"Invalid API key","code":401}}"""))
        {
            Error = "Invalid API key",
            UserError = Refuses,
        },
        new(
            "a refused prompt",
            "OpenAI, Azure",
            Reply.Refusal(
                400,
                """{"error":{"code":"content_policy_violation","message":"Your request was rejected as a result of our safety system."}}"""
            )
        )
        {
            Error = "safety system",
            UserError = Contents,
        },
        new(
            "a filtered image",
            "Azure",
            Reply.Whole("""{"data":[{"content_filter_results":{"hate":{"filtered":true}},"error":"content_filter"}]}""")
        )
        {
            Error = "content_filter",
            UserError = Contents,
        },
        new("a model that makes no images", "vLLM", Reply.Refusal(404, """{"detail":"Not Found"}"""))
        {
            Error = "Not Found",
            UserError = NoModel,
        },
        new("a page", "a wrong address", Reply.Whole("<!DOCTYPE html><title>Welcome</title>", "text/html"))
        {
            Error = "The endpoint answered no image: <!DOCTYPE html>",
            UserError = OddAnswers.Unwell,
        },
        new("nothing", "proxies", Reply.Whole("")) { Error = "The endpoint answered no image: (nothing)", UserError = OddAnswers.Unwell },
        new("words", "chat models", Reply.Whole("""{"choices":[{"message":{"content":"I cannot draw."}}]}"""))
        {
            Error = "The endpoint answered no image: {\"choices\"",
            UserError = OddAnswers.Unwell,
        },
        new("bytes that are no base64", "broken proxies", Reply.Whole("""{"data":[{"b64_json":"<<broken>>"}]}"""))
        {
            Error = "no base64",
            UserError = OddAnswers.Unwell,
        },
        new("busy", "every server", Reply.Refusal(503, """{"error":"Model is loading"}"""))
        {
            Error = "Model is loading",
            UserError = OddAnswers.Unwell,
            IsRetried = true,
        },
    ];

    public static OddMedium[] Speech { get; } =
    [
        Sound("an MP3 as asked", "OpenAI", SmallFiles.Mp3, "audio/mpeg", "mp3"),
        Sound("an MP3 without a title", "espeak behind LAME", SmallFiles.BareMp3, "application/octet-stream", "mp3"),
        Sound("a WAV that is called an MP3", "LocalAI, Piper", SmallFiles.Wav, "audio/mpeg", "wav"),
        Sound("a WAV that is called JSON", "proxies", SmallFiles.Wav, "application/json", "wav"),
        Sound("a WAV without an end", "Kokoro, streamed", SmallFiles.EndlessWav, "audio/wav", "wav", SmallFiles.Wav),
        Sound("Opus", "LiteLLM", SmallFiles.Ogg, "audio/mpeg", "ogg"),
        Sound("FLAC", "speaches", SmallFiles.Flac, null, "flac"),
        Sound(
            "samples without a head",
            "OpenAI's pcm",
            [1, 0, 2, 0, 3, 0, 4, 0],
            "audio/L16; rate=24000; channels=1",
            "wav",
            SmallFiles.Wav
        ),
        new("a sound in JSON", "DeepInfra", Reply.Whole($$"""{"audio":"data:audio/wav;base64,{{SmallFiles.Base64(SmallFiles.Wav)}}"}"""))
        {
            Files = "speech.wav",
            Content = SmallFiles.Wav,
        },
        new("a sound in JSON by Google's name", "Google", Reply.Whole($$"""{"audioContent":"{{SmallFiles.Base64(SmallFiles.Mp3)}}"}"""))
        {
            Files = "speech.mp3",
            Content = SmallFiles.Mp3,
        },
        new(
            "no MP3",
            "Piper's servers",
            Reply.Refusal(400, """{"error":{"message":"response_format 'mp3' is not supported, use wav"}}"""),
            new Reply(200, "audio/wav", SmallFiles.Wav)
        )
        {
            Files = "speech.wav",
            LeftOut = "response_format",
        },
        new(
            "no voices",
            "single-voice servers",
            Reply.Refusal(422, """{"detail":[{"type":"extra_forbidden","loc":["body","voice"],"msg":"Extra inputs are not permitted"}]}"""),
            new Reply(200, "audio/mpeg", SmallFiles.Mp3)
        )
        {
            Files = "speech.mp3",
            LeftOut = "voice",
        },
        new(
            "no speed",
            "gpt-4o-mini-tts",
            Reply.Refusal(
                400,
                """{"error":{"message":"Unsupported parameter: 'speed' is not supported with this model.","param":"speed"}}"""
            ),
            new Reply(200, "audio/mpeg", SmallFiles.Mp3)
        )
        {
            Files = "speech.mp3",
            LeftOut = "speed",
        },
        new("an error with status 200, called a sound", "Coqui", Reply.Whole("""{"error":"Model xtts not found"}""", "audio/mpeg"))
        {
            Error = "Model xtts not found",
            UserError = NoModel,
        },
        new("a page", "a wrong address", Reply.Whole("<html>Hi</html>", "audio/mpeg"))
        {
            Error = "no audio: <html>Hi</html>",
            UserError = OddAnswers.Unwell,
        },
        new("an image", "nobody, but who knows", new Reply(200, "audio/mpeg", FileDriver.Png))
        {
            Error = "image/png instead of audio",
            UserError = OddAnswers.Unwell,
        },
        new("a wrong key as 400", "proxies", Reply.Refusal(400, """{"detail":"Invalid API key"}"""))
        {
            Error = "Invalid API key",
            UserError = Refuses,
        },
    ];

    public static OddMedium[] Transcripts { get; } =
    [
        Heard("a text in JSON", "OpenAI", Reply.Whole("""{"text":" open the door\n","usage":{"type":"duration","seconds":1}}""")),
        Heard("a text that is called a page", "Flask servers", Reply.Whole("""{"text":"open the door"}""", "text/html")),
        Heard("a plain text", "servers that ignore response_format", Reply.Whole("open the door\n", Text)),
        Heard("a plain text that is called JSON", "faster-whisper servers", Reply.Whole("open the door")),
        Heard("a text of JSON", "FastAPI servers", Reply.Whole("\"open the door\"")),
        Heard(
            "segments without the text",
            "whisper servers",
            Reply.Whole("""{"segments":[{"start":0,"end":1,"text":" open"},{"start":1,"end":2,"text":" the door"}]}""")
        ),
        Heard(
            "a list without its wrapper",
            "whisperX servers",
            Reply.Whole("""[{"start":0.0,"end":1.0,"text":"open"},{"start":1.0,"end":2.0,"text":"the door"}]""")
        ),
        Heard(
            "text and segments",
            "verbose servers",
            Reply.Whole("""{"task":"transcribe","duration":"2.0","text":"open the door","segments":[{"id":0,"text":"open the door"}]}""")
        ),
        Heard("another name", "Voxtral servers", Reply.Whole("""{"transcription":"open the door"}""")),
        Heard("a wrapper", "Cloudflare", Reply.Whole("""{"result":{"text":"open the door","word_count":3},"success":true,"errors":[]}""")),
        Heard(
            "chunks",
            "Hugging Face",
            Reply.Whole("""{"chunks":[{"timestamp":[0.0,1.5],"text":" open the"},{"timestamp":[1.5,null],"text":" door"}]}""")
        ),
        Heard(
            "events",
            "gpt-4o-transcribe behind a proxy that streams",
            Reply.Data(
                """{"type":"transcript.text.delta","delta":"open"}""",
                """{"type":"transcript.text.delta","delta":" the"}""",
                """{"type":"transcript.text.done","text":"open the door"}"""
            )
        ),
        Heard("JSON line by line", "streaming whisper servers", Reply.Lines("{\"text\":\"open\"}\n", "{\"text\":\"the door\"}\n")),
        Heard(
            "subtitles",
            "servers that ignore response_format",
            Reply.Whole("1\r\n00:00:00,000 --> 00:00:01,000\r\nopen\r\n\r\n2\r\n00:00:01,000 --> 00:00:02,000\r\nthe door\r\n", Text)
        ),
        Heard("a text in brackets", "whisper", Reply.Whole("[Music]\n", Text), "[Music]"),
        Heard("silence", "every server", Reply.Whole("""{"text":""}"""), ""),
        new(
            "response_format is unknown",
            "validating servers",
            Reply.Refusal(400, """{"error":{"message":"Unrecognized request argument supplied: response_format"}}"""),
            Reply.Whole("""{"text":"open the door"}""")
        )
        {
            Output = "open the door",
            LeftOut = "response_format",
        },
        new("an error with status 200", "whisper.cpp", Reply.Whole("""{"error":"failed to read audio data"}"""))
        {
            Error = "failed to read audio data",
            UserError = OddAnswers.Unwell,
            IsRetried = true,
        },
        new("something else", "wrong servers", Reply.Whole("""{"hello":1}"""))
        {
            Error = "The endpoint answered no text: {\"hello\":1}",
            UserError = OddAnswers.Unwell,
        },
        new("a page", "a wrong address", Reply.Whole("<html>Hi</html>", "text/html"))
        {
            Error = "no text: <html>Hi</html>",
            UserError = OddAnswers.Unwell,
        },
        new("a wrong key in words", "proxies", Reply.Whole("Error: invalid api key", Text))
        {
            Error = "invalid api key",
            UserError = Refuses,
        },
        new("too large a file", "OpenAI", Reply.Refusal(413, """{"error":{"message":"Maximum content size limit (26214400) exceeded"}}"""))
        {
            Error = "26214400",
            UserError = "The input is too large for the AI service: please send a smaller one.",
        },
    ];

    private static Reply Painted() => Reply.Whole($$"""{"data":[{"b64_json":"{{SmallFiles.Png}}"}]}""");

    private static OddMedium Image(string name, string report, string answer, string type = Reply.Json, string ending = "png") =>
        new(name, report, Reply.Whole(answer, type)) { Files = $"image-1.{ending}", Content = ending == "png" ? FileDriver.Png : null };

    private static OddMedium Sound(string name, string report, byte[] bytes, string? type, string ending, byte[]? content = null) =>
        new(name, report, new Reply(200, type, bytes)) { Files = $"speech.{ending}", Content = content ?? bytes };

    private static OddMedium Heard(string name, string report, Reply reply, string text = "open the door") =>
        new(name, report, reply) { Output = text };
}
