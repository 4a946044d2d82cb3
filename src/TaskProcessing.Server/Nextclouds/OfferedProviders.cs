using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>The providers that are offered to a Nextcloud: one for each task type that is served here and known there.</summary>
internal sealed class OfferedProviders(CurrentTaskTypes taskTypes)
{
    /// <summary>What is offered now. Ids begin with the app's id: all apps of a Nextcloud share one space of names.</summary>
    public IReadOnlyList<ProviderDescriptor> To(KnownNextcloud known)
    {
        var filter = TypeNames.Read(known.Connection.Types);
        return
        [
            .. taskTypes
                .Current.Available.Where(type => type is { IsServed: true, Type.IsFreeForm: false })
                .Where(type => filter?.Contains(type.Type.Id) ?? true)
                .Select(type => Offer(known.Connection, type))
                .OfType<ProviderDescriptor>(),
        ];
    }

    public static string IdOf(Nextcloud connection, string typeId) => $"{connection.AppId}:{typeId}";

    private static ProviderDescriptor? Offer(Nextcloud connection, AvailableTaskType type)
    {
        var provider = type.Provider;
        // A Nextcloud refuses every task that leaves out an optional slot for files.
        var slots = provider.OptionalInputShape.Where(slot => !slot.Type.IsFile()).ToImmutableArray();
        var keys = slots.Select(slot => slot.Key).ToHashSet();
        return provider with
        {
            Id = IdOf(connection, type.Type.Id),
            OptionalInputShape = slots,
            OptionalInputShapeEnumValues = provider
                .OptionalInputShapeEnumValues.Where(slot => keys.Contains(slot.Key))
                .ToImmutableDictionary(),
            OptionalInputShapeDefaults = provider.OptionalInputShapeDefaults.Where(slot => keys.Contains(slot.Key)).ToImmutableDictionary(),
            CustomTaskType = null,
        };
    }
}
