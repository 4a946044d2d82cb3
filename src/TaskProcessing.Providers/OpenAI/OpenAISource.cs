using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using TaskProcessing.Providers.OpenAI.Work;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI;

/// <summary>
/// Offers the providers of the configured endpoints, and follows their lists of models. An endpoint with models in its
/// configuration is offered from the start; any other as soon as it answers. An unreachable endpoint stays offered for a
/// while, because most come back soon and its tasks wait in the queue meanwhile; then it is withdrawn until it answers.
/// </summary>
internal sealed partial class OpenAISource : ILocalProviderSource, IDisposable
{
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The interval for checking an unreachable endpoint, unless lists are read even more often.</summary>
    private static readonly TimeSpan AwayInterval = TimeSpan.FromSeconds(20);

    private readonly TimeProvider _time;
    private readonly ILogger<OpenAISource> _logger;
    private readonly ImmutableArray<Followed> _endpoints;

    public OpenAISource(IOptions<LocalProviderOptions> options, TimeProvider time, ILogger<OpenAISource> logger)
    {
        _time = time;
        _logger = logger;
        _endpoints =
        [
            .. options.Value.OpenAI.Select(endpoint => new Followed(new OpenAIEndpoint(endpoint.Key, endpoint.Value, time, logger))),
        ];
    }

    public event Action? Changed;

    public IReadOnlyList<TaskProvider> Providers => [.. _endpoints.SelectMany(endpoint => endpoint.Offered)];

    public Task FollowAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_endpoints.Select(endpoint => FollowAsync(endpoint, stoppingToken)));

    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
            endpoint.Endpoint.Dispose();
    }

    private async Task FollowAsync(Followed followed, CancellationToken stoppingToken)
    {
        var refresh = TimeSpan.FromSeconds(followed.Endpoint.Options.RefreshSeconds);
        var patience = TimeSpan.FromSeconds(followed.Endpoint.Options.AwaySeconds);
        var lastAnswer = _time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await RefreshAsync(followed, stoppingToken))
                lastAnswer = _time.GetTimestamp();
            else if (patience > TimeSpan.Zero && followed.IsOffered && _time.GetElapsedTime(lastAnswer) >= patience)
                Withdraw(followed);

            await Task.Delay(followed.IsAway && refresh > AwayInterval ? AwayInterval : refresh, _time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>True when the endpoint answered.</returns>
    private async Task<bool> RefreshAsync(Followed followed, CancellationToken stoppingToken)
    {
        var endpoint = followed.Endpoint;
        try
        {
            var models = ModelList.Of(endpoint.Options, await endpoint.Client.ListModelsAsync(ListTimeout, stoppingToken));
            followed.RecordProblem(null);
            Accept(followed, models);
            return true;
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            var failure = endpoint.Client.Explain(error);
            if (!failure.IsAbsence)
            {
                // Not every endpoint has a list or shows it with this key; configured models can be used nevertheless.
                if (followed.RecordProblem(failure.Message))
                    Log.NoList(_logger, endpoint.Name, failure.Message);
                Accept(followed, endpoint.Models);
                return true;
            }

            followed.IsAway = true;
            if (followed.RecordProblem(failure.Message))
                Log.Away(_logger, endpoint.Name, failure.Message);
            return false;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void Accept(Followed followed, ModelList models)
    {
        var isNews = followed.IsWithdrawn || !models.Equals(followed.Endpoint.Models);
        if (followed.IsAway)
            Log.Back(_logger, followed.Endpoint.Name);
        if (isNews)
            followed.Endpoint.Models = models;
        followed.IsAway = false;
        followed.IsWithdrawn = false;
        if (!isNews)
            return;

        Log.Models(_logger, followed.Endpoint.Name, followed.Offered.Count(), models.Chat.FirstOrDefault("none"));
        Changed?.Invoke();
    }

    private void Withdraw(Followed followed)
    {
        followed.IsWithdrawn = true;
        Log.Withdrawn(_logger, followed.Endpoint.Name);
        Changed?.Invoke();
    }

    private sealed class Followed(OpenAIEndpoint endpoint)
    {
        private readonly IReadOnlyList<EndpointProvider> _providers = OpenAIProviders.Of(endpoint);
        private string? _problem;

        public OpenAIEndpoint Endpoint => endpoint;

        public IEnumerable<EndpointProvider> Offered => IsWithdrawn ? [] : _providers.Where(provider => provider.IsAble);

        public bool IsOffered => Offered.Any();

        /// <summary>True when the endpoint was unreachable at the last check.</summary>
        public bool IsAway { get; set; }

        /// <summary>True when it is withdrawn because of that.</summary>
        public volatile bool IsWithdrawn;

        /// <returns>True for a new problem; each is logged once.</returns>
        public bool RecordProblem(string? problem)
        {
            var isNew = problem != _problem;
            _problem = problem;
            return isNew;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Endpoint {Endpoint} serves {Count} task type(s); its model for texts is {Model}")]
        public static partial void Models(ILogger logger, string endpoint, int count, string model);

        [LoggerMessage(LogLevel.Warning, "Could not list the models of endpoint {Endpoint}: {Problem}")]
        public static partial void NoList(ILogger logger, string endpoint, string problem);

        [LoggerMessage(LogLevel.Warning, "Endpoint {Endpoint} is unreachable: {Problem}")]
        public static partial void Away(ILogger logger, string endpoint, string problem);

        [LoggerMessage(LogLevel.Information, "Endpoint {Endpoint} is reachable again")]
        public static partial void Back(ILogger logger, string endpoint);

        [LoggerMessage(LogLevel.Warning, "Endpoint {Endpoint} is still unreachable: its task types are withdrawn until it answers")]
        public static partial void Withdrawn(ILogger logger, string endpoint);
    }
}
