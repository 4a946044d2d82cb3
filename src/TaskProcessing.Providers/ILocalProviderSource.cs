using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers;

/// <summary>
/// A source of providers in this process: the built-in ones, programs of the machine, endpoints elsewhere. The options
/// refuse a wrong configuration before any source is asked.
/// </summary>
internal interface ILocalProviderSource
{
    /// <summary>
    /// The present providers, in the source's order; read before the first request and after each <see cref="Changed"/>.
    /// Answers at once: a provider that must first be looked for, on the machine or at an endpoint, comes with
    /// <see cref="Changed"/>. Ids are unique over all sources: each begins them with a word of its own. A change of a
    /// descriptor needs no new object, but the id of a provider stays.
    /// </summary>
    IReadOnlyList<TaskProvider> Providers { get; }

    /// <summary>Providers came or went, or a descriptor is another one: the catalogue and the worker follow.</summary>
    event Action? Changed;

    /// <summary>
    /// Looks for providers, and runs as long as they may change. Nothing waits for it. When it throws, the exception is
    /// logged, the present providers stay, and it is run again after a pause.
    /// </summary>
    Task FollowAsync(CancellationToken stoppingToken);
}
