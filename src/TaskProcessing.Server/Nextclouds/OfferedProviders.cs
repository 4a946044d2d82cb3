using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>The providers that are offered to a Nextcloud: one for each task type that is served here and known there.</summary>
internal sealed class OfferedProviders(CurrentTaskTypes taskTypes)
{
    /// <summary>
    /// What is offered now. A type that the Nextcloud does not know is brought along, as the app's own type, when the connection's
    /// filter names it.
    /// </summary>
    /// <param name="known">The connection.</param>
    /// <param name="version">The Nextcloud's version; of an unknown one no type is withheld.</param>
    public IReadOnlyList<ProviderDescriptor> To(KnownNextcloud known, string? version)
    {
        var filter = TypeNames.Read(known.Connection.Types);
        return
        [
            .. from type in taskTypes.Current.Available
            where type is { IsServed: true, Type.IsFreeForm: false }
            where filter?.Contains(type.Type.Id) ?? NextcloudTypes.Knows(type.Type.Id, version)
            select Offer(known.Connection, type, bringsType: !NextcloudTypes.Knows(type.Type.Id, version)),
        ];
    }

    /// <summary>A provider by its name alone, for its removal.</summary>
    public static ProviderDescriptor Named(Nextcloud connection, string typeId) =>
        new()
        {
            Id = IdOf(connection, typeId),
            Name = "",
            TaskType = typeId,
        };

    /// <summary>Begins with the app's id: all apps of a Nextcloud share one space of names.</summary>
    public static string IdOf(Nextcloud connection, string typeId) => $"{connection.AppId}:{typeId}";

    private static ProviderDescriptor Offer(Nextcloud connection, AvailableTaskType available, bool bringsType)
    {
        var (type, provider) = (available.Type, available.Provider);
        // A Nextcloud refuses every task that leaves out an optional slot for files.
        var slots = provider.OptionalInputShape.Where(slot => !slot.Type.IsFile()).ToImmutableArray();
        var keys = slots.Select(slot => slot.Key).ToHashSet();
        return provider with
        {
            Id = IdOf(connection, type.Id),
            OptionalInputShape = slots,
            OptionalInputShapeEnumValues = provider
                .OptionalInputShapeEnumValues.Where(slot => keys.Contains(slot.Key))
                .ToImmutableDictionary(),
            OptionalInputShapeDefaults = provider.OptionalInputShapeDefaults.Where(slot => keys.Contains(slot.Key)).ToImmutableDictionary(),
            CustomTaskType = bringsType
                ? new TaskTypeDescriptor(type.Id, type.Name, type.Description, type.InputShape, type.OutputShape)
                : null,
        };
    }
}
