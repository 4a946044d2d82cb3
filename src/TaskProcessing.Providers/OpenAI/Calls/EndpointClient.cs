using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// The calls of an endpoint. Every call has a time limit, ends with its token, and is repeated after a temporary error.
/// </summary>
/// <exception cref="TaskFailedException">
/// Of every call but that for the models: it failed, in words for administrators and users.
/// </exception>
internal sealed class EndpointClient : IDisposable
{
    /// <summary>More than any image or recording takes; answers are held in memory.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly OpenAIEndpointOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly RetryPolicy _retryPolicy;
    private readonly RefusedParameters _refusedParameters;
    private readonly Redaction _redaction;
    private readonly LinkedMedia _linked;

    public EndpointClient(string name, OpenAIEndpointOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        var key = options.ReadKey();
        _redaction = new Redaction(key, options.Address);
        _retryPolicy = new RetryPolicy(name, TimeSpan.FromSeconds(options.RetrySeconds), Explain, time, logger);
        _refusedParameters = new RefusedParameters(name, logger);

        // No redirects: they would carry users' texts to another host.
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(new MaxResponseSizeHandler(sockets, MaxBytes)) { Timeout = Timeout.InfiniteTimeSpan };
        _linked = new LinkedMedia(name, options, key, _http, MaxBytes);

        // Time limits and retries are ours, by our clock. Servers without keys ignore the one that the library requires.
        _client = new OpenAIClient(
            new ApiKeyCredential(key ?? "none"),
            new OpenAIClientOptions
            {
                Endpoint = options.Address,
                Transport = new HttpClientPipelineTransport(_http),
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
                NetworkTimeout = Timeout.InfiniteTimeSpan,
            }
        );
    }

    /// <summary>The library, for the calls that have a class of their own.</summary>
    public OpenAIClient Library => _client;

    /// <summary>The ids of the endpoint's models. Not repeated.</summary>
    public Task<IReadOnlyCollection<string>> ListModelsAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
        WithinAsync(
            atMost,
            async (_, token) =>
            {
                var answer = await _client.GetOpenAIModelClient().GetModelsAsync(new RequestOptions { CancellationToken = token });
                return ModelNames.Read(answer.GetRawResponse().Content.ToMemory());
            },
            cancellationToken
        );

    /// <summary>The reason for a failed call; without secrets, which some endpoints repeat.</summary>
    public EndpointFailure Explain(Exception error)
    {
        var failure = EndpointFailure.Of(error, _time.GetUtcNow());
        return failure with { Message = _redaction.Of(failure.Message) };
    }

    public void Dispose()
    {
        _linked.Dispose();
        _http.Dispose();
    }

    /// <summary>Asks a model. Every try has as long as the configuration gives an answer to begin.</summary>
    /// <param name="model">The model.</param>
    /// <param name="wanted">The parameters that the call has and can do without where the endpoint refuses them.</param>
    /// <param name="call">Makes the call with the given ones of its parameters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <typeparam name="T">The kind of the answer.</typeparam>
    public Task<T> AskAsync<T>(
        string model,
        IReadOnlyCollection<string> wanted,
        Func<IReadOnlySet<string>, Deadline, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        var atMost = TimeSpan.FromSeconds(_options.AnswerSeconds);
        return _retryPolicy.RunAsync(
            model,
            () =>
                _refusedParameters.CallAsync(
                    model,
                    wanted,
                    sent => WithinAsync(atMost, (deadline, token) => call(sent, deadline, token), cancellationToken)
                ),
            cancellationToken
        );
    }

    /// <summary>
    /// The file of an image or a sound. An address is fetched in a call of its own, so that a retry does not make the
    /// file again.
    /// </summary>
    /// <param name="model">The model that made it.</param>
    /// <param name="medium">The endpoint's answer.</param>
    /// <param name="kind">The kind that it must have: <c>image</c> or <c>audio</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<MediaFile> FileOfAsync(string model, Medium medium, string kind, CancellationToken cancellationToken) =>
        AskAsync(
            model,
            [],
            async (_, _, token) =>
                MediaFile.Of(medium.Address is { } address ? await _linked.FetchAsync(address, token) : medium.Bytes, kind),
            cancellationToken
        );

    private async Task<T> WithinAsync<T>(
        TimeSpan atMost,
        Func<Deadline, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
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
}
