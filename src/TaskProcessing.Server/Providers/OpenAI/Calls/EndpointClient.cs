using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Images;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.OpenAI.Calls;

/// <summary>
/// What an endpoint can be asked for. Every call is bounded in time, ends with its token, and is made again when it
/// failed for a reason that may pass.
/// </summary>
/// <exception cref="TaskFailedException">Of every call but that for the models: it failed, in words for administrators and users.</exception>
internal sealed class EndpointClient : IDisposable
{
    /// <summary>More than any image or recording takes; answers are held in memory.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly OpenAIEndpointOptions _options;
    private readonly TimeProvider _time;
    private readonly string? _key;
    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly Patience _patience;

    public EndpointClient(string name, OpenAIEndpointOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _key = options.ReadKey();
        _patience = new Patience(name, TimeSpan.FromSeconds(options.RetrySeconds), Explain, time, logger);

        // No redirects: they would carry what users wrote to another host.
        var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _http = new HttpClient(new BoundedAnswers(sockets, MostBytes))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

        // Times and repetitions are ours to watch, by our clock. Servers without keys do not look at the one that the library wants.
        _client = new OpenAIClient(new ApiKeyCredential(_key ?? "none"), new OpenAIClientOptions
        {
            Endpoint = options.Address,
            Transport = new HttpClientPipelineTransport(_http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        });
    }

    /// <summary>The ids of the endpoint's models. Not repeated.</summary>
    public Task<IReadOnlyList<string>> ListModelsAsync(TimeSpan atMost, CancellationToken cancellationToken) => WithinAsync<IReadOnlyList<string>>(
        atMost, async (_, token) => [.. (await _client.GetOpenAIModelClient().GetModelsAsync(token)).Value.Select(model => model.Id)], cancellationToken);

    /// <param name="request">The conversation; the limits of the configuration are added.</param>
    /// <param name="onText">Gets the text so far, again and again; null when nobody wants to see it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ChatAnswer> ChatAsync(ChatRequest request, Func<string, ValueTask>? onText, CancellationToken cancellationToken)
    {
        var chat = _client.GetChatClient(request.Model);
        var body = (request with { Temperature = _options.Temperature, Stream = _options.Stream ? true : null }).ToBody();
        return AskAsync(
            async (deadline, token) =>
            {
                var answer = await chat.CompleteChatAsync(BinaryContent.Create(body), new RequestOptions { BufferResponse = false, CancellationToken = token });
                using var response = answer.GetRawResponse();
                return await ReadAsync(response, onText, deadline, token);
            },
            cancellationToken);
    }

    /// <summary>One image, as a file.</summary>
    public Task<BinaryData> PaintAsync(string model, string prompt, CancellationToken cancellationToken) => AskAsync(
        async (_, token) =>
        {
            // Bytes rather than an address, which would have to be fetched from wherever it leads. OpenAI's newer models answer nothing else, and refuse to be asked.
            var options = model.StartsWith("gpt-image", StringComparison.OrdinalIgnoreCase) ? null : new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes };
            var image = (await _client.GetImageClient(model).GenerateImageAsync(prompt, options, token)).Value;
            return image.ImageBytes ?? throw new BadAnswerException("The endpoint answered an address instead of an image.");
        },
        cancellationToken);

    /// <param name="model">Which.</param>
    /// <param name="openAudio">Opens it, for each try anew.</param>
    /// <param name="fileName">Its ending says what kind of audio it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<string> TranscribeAsync(string model, Func<Task<Stream>> openAudio, string fileName, CancellationToken cancellationToken) => AskAsync(
        async (_, token) =>
        {
            await using var audio = await openAudio();
            using var form = new AudioForm(model, audio, fileName);
            var answer = await _client.GetAudioClient(model).TranscribeAudioAsync(form, form.ContentType, new RequestOptions { CancellationToken = token });
            return JsonElement.Parse(answer.GetRawResponse().Content).TryGetProperty("text", out var text) && text.GetString() is { } words
                ? words
                : throw new BadAnswerException($"The endpoint answered no text: {Shorten.ToLine(answer.GetRawResponse().Content.ToString())}");
        },
        cancellationToken);

    /// <summary>An MP3 file.</summary>
    public Task<BinaryData> SpeakAsync(string model, string text, string voice, double speed, CancellationToken cancellationToken) => AskAsync(
        async (_, token) =>
        {
            var options = new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Mp3, SpeedRatio = speed is 1 ? null : (float)speed };
            var speech = await _client.GetAudioClient(model).GenerateSpeechAsync(text, voice, options, token);
            return TypeOf(speech.GetRawResponse()) is "application/json" or "text/html" or "text/plain"
                ? throw new BadAnswerException($"The endpoint answered no audio: {Shorten.ToLine(speech.Value.ToString())}")
                : speech.Value;
        },
        cancellationToken);

    /// <summary>Why a call failed; without the key, which some endpoints repeat.</summary>
    public EndpointFailure Explain(Exception error)
    {
        var failure = EndpointFailure.Of(error, _time.GetUtcNow());
        return _key is null ? failure : failure with { Message = failure.Message.Replace(_key, "***", StringComparison.Ordinal) };
    }

    public void Dispose() => _http.Dispose();

    private static string TypeOf(PipelineResponse response) =>
        response.Headers.TryGetValue("Content-Type", out var type) ? type!.Split(';')[0].Trim().ToLowerInvariant() : "";

    private async Task<ChatAnswer> ReadAsync(PipelineResponse response, Func<string, ValueTask>? onText, Deadline deadline, CancellationToken cancellationToken)
    {
        var reader = new ChatAnswerReader();
        switch (TypeOf(response))
        {
            case "text/event-stream":
                var shown = 0;
                await foreach (var text in reader.ReadEventsAsync(response.ContentStream!, cancellationToken))
                {
                    deadline.Extend(TimeSpan.FromSeconds(_options.SilenceSeconds), "The endpoint fell silent in the middle of its answer");
                    if (onText is not null && text.Length > shown)
                        await onText(text);
                    shown = text.Length;
                }

                break;

            // A server need not stream because it was asked to.
            case "application/json":
                await reader.ReadWholeAsync(response.ContentStream!, cancellationToken);
                break;

            case var other:
                throw new BadAnswerException($"The endpoint answered \"{other}\", which is neither JSON nor a stream of events; is the address right?");
        }

        return reader.Finish();
    }

    private Task<T> AskAsync<T>(Func<Deadline, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        _patience.RunAsync(() => WithinAsync(TimeSpan.FromSeconds(_options.AnswerSeconds), call, cancellationToken), cancellationToken);

    private async Task<T> WithinAsync<T>(TimeSpan atMost, Func<Deadline, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await call(deadline, either.Token);
        }
        catch (Exception) when (deadline.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(deadline.Reason);
        }
    }

    /// <summary>When an answer has to be there; each part of it puts that off.</summary>
    private sealed class Deadline(TimeSpan atMost, TimeProvider time) : IDisposable
    {
        private readonly CancellationTokenSource _source = new(atMost, time);

        public CancellationToken Token => _source.Token;

        public string Reason { get; private set; } = Words("The endpoint did not answer", atMost);

        public void Extend(TimeSpan by, string reason)
        {
            Reason = Words(reason, by);
            _source.CancelAfter(by);
        }

        public void Dispose() => _source.Dispose();

        private static string Words(string reason, TimeSpan after) => $"{reason} ({after.TotalSeconds:0} s).";
    }
}
