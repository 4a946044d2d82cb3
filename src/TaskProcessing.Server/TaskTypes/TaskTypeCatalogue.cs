using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;

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
    public TaskTypeCatalogue(
        IEnumerable<TaskType> types,
        IEnumerable<ProviderDescriptor> providers,
        IReadOnlySet<string> disabled)
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
               select new AvailableTaskType(type, byType[type.Id].FirstOrDefault() ?? Nobody(type)),
        ];
        _available = Available.ToFrozenDictionary(type => type.Type.Id);
    }

    /// <summary>What can be scheduled, in the order in which it is shown.</summary>
    public ImmutableArray<AvailableTaskType> Available { get; }

    public AvailableTaskType? Find(string typeId) => _available.GetValueOrDefault(typeId);

    /// <summary>Whether the type exists, available or not.</summary>
    public bool Knows(string typeId) => _known.Contains(typeId);

    /// <summary>The known ids that look most like a mistyped one, nearest first.</summary>
    public IReadOnlyList<string> Nearest(string typeId, int count) =>
    [
        .. _known
            .OrderBy(id => Distance(id, typeId))
            .ThenBy(id => id, StringComparer.Ordinal)
            .Take(count),
    ];

    /// <summary>Stands in while nobody serves a type that is available all the same; see <see cref="AvailableTaskType.IsServed"/>.</summary>
    private static ProviderDescriptor Nobody(TaskType type) => new() { Id = "", Name = "", TaskType = type.Id };

    /// <summary>Levenshtein's distance of the last parts counts first: people get the end right (<c>core:summarize</c>) and the middle wrong.</summary>
    private static int Distance(string known, string asked) =>
        Levenshtein(known, Limit(asked)) + (3 * Levenshtein(Last(known), Last(Limit(asked))));

    private static string Limit(string id) => id.Length <= 255 ? id : id[..255];

    private static string Last(string id) => id[(id.LastIndexOf(':') + 1)..];

    private static int Levenshtein(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
