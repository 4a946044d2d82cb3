using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>
/// Brings providers that live in this process: those that are built in, programs of the machine, endpoints elsewhere.
/// What is configured wrongly is refused by the options before any source is asked.
/// </summary>
internal interface ILocalProviderSource
{
    /// <summary>
    /// What it offers now, in its order; asked for before the first request and after each <see cref="Changed"/>. Answers
    /// at once: what has to be looked for first, on the machine or at an endpoint, comes with <see cref="Changed"/>.
    /// Ids are unique over all sources: each begins them with a word of its own. A change of a descriptor needs no new
    /// object, but the id of a provider stays.
    /// </summary>
    IReadOnlyList<TaskProvider> Providers { get; }

    /// <summary>Providers came or went, or a descriptor is another one: the catalogue and the worker follow.</summary>
    event Action? Changed;

    /// <summary>
    /// Looks for what there is, and goes on as long as that may change. Nobody waits for it. When it throws, that is
    /// logged, what is offered stays, and it is run again after a pause.
    /// </summary>
    Task FollowAsync(CancellationToken stoppingToken);
}
