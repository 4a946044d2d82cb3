using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Providers.Commands;

/// <summary>The task types that a configured program may serve. Of two with the same id the later one counts.</summary>
internal sealed class KnownTaskTypes(IEnumerable<KnownTaskType> types)
{
    private readonly Dictionary<string, KnownTaskType> _byId = types
        .GroupBy(type => type.Descriptor.Id)
        .ToDictionary(same => same.Key, same => same.Last());

    /// <summary>Null when there is none.</summary>
    public KnownTaskType? Find(string id) => _byId.GetValueOrDefault(id);
}

/// <summary>A task type that exists without a registration.</summary>
/// <param name="Descriptor">Its id and its slots.</param>
/// <param name="IsFreeForm">True when input and output are any JSON object.</param>
internal sealed record KnownTaskType(TaskTypeDescriptor Descriptor, bool IsFreeForm);
