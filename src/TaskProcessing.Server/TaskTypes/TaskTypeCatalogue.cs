using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>
/// All task types that are known at one moment, and which of them are available through which provider. Immutable: a
/// change of providers makes a new one.
/// </summary>
internal sealed class TaskTypeCatalogue
{
    private readonly FrozenDictionary<string, AvailableTaskType> _available;
    private readonly FrozenSet<string> _known;

    /// <param name="types">The types; of two with the same id the later one counts, so that apps can replace them.</param>
    /// <param name="providers">The providers, the first one of a type before the others; of two with the same id the first counts.</param>
    /// <param name="disabled">The ids of types that shall not be available.</param>
    public TaskTypeCatalogue(IEnumerable<TaskType> types, IEnumerable<ProviderDescriptor> providers, IReadOnlySet<string> disabled)
    {
        var byId = new OrderedDictionary<string, TaskType>();
        foreach (var type in types)
            byId[type.Id] = type;

        var byType = providers.DistinctBy(provider => provider.Id).ToLookup(provider => provider.TaskType);
        _known = byId.Keys.ToFrozenSet();
        Available =
        [
            .. from type in byId.Values
            where !disabled.Contains(type.Id) && (type.IsFreeForm || byType[type.Id].Any())
            select new AvailableTaskType(type, byType[type.Id].FirstOrDefault() ?? NoProvider(type)),
        ];
        _available = Available.ToFrozenDictionary(type => type.Type.Id);
    }

    /// <summary>The available types, in the order of their display.</summary>
    public ImmutableArray<AvailableTaskType> Available { get; }

    public AvailableTaskType? Find(string typeId) => _available.GetValueOrDefault(typeId);

    /// <summary>True when the type exists, available or not.</summary>
    public bool Knows(string typeId) => _known.Contains(typeId);

    /// <summary>The known ids that look most like a mistyped one, nearest first.</summary>
    public IReadOnlyList<string> Nearest(string typeId, int count) =>
        [.. _known.OrderBy(id => Distance(id, typeId)).ThenBy(id => id, StringComparer.Ordinal).Take(count)];

    /// <summary>The placeholder for an available type without a provider; see <see cref="AvailableTaskType.IsServed"/>.</summary>
    private static ProviderDescriptor NoProvider(TaskType type) =>
        new()
        {
            Id = "",
            Name = "",
            TaskType = type.Id,
        };

    /// <summary>
    /// The distance of the last parts counts first: people get the end right (<c>core:summarize</c>) and the middle wrong.
    /// </summary>
    private static int Distance(string known, string asked) =>
        EditDistance.Between(known, Limit(asked)) + (3 * EditDistance.Between(Last(known), Last(Limit(asked))));

    private static string Limit(string id) => id.Length <= 255 ? id : id[..255];

    private static string Last(string id) => id[(id.LastIndexOf(':') + 1)..];
}
