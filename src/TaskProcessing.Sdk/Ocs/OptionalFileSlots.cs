using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// Leaves out of registrations the optional input slots that hold files. On a Nextcloud they break the type: a task that does not fill them
/// cannot be scheduled (500).
/// </summary>
internal sealed partial class OptionalFileSlots(ILogger logger)
{
    private readonly ConcurrentDictionary<string, bool> _warned = new();

    public ProviderDescriptor LeaveOut(ProviderDescriptor provider)
    {
        var slots = provider.OptionalInputShape.Where(slot => slot.Type.IsFile()).ToList();
        if (slots.Count == 0)
            return provider;

        // Once, although providers are registered again and again.
        if (_warned.TryAdd(provider.Id, true))
            Log.LeftOut(logger, string.Join(", ", slots.Select(slot => slot.Key)), provider.Id);
        return provider with { OptionalInputShape = provider.OptionalInputShape.RemoveRange(slots) };
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Left out optional file slots of provider {ProviderId}, which on a Nextcloud make tasks fail that do not fill them: {Slots}"
        )]
        public static partial void LeftOut(ILogger logger, string slots, string providerId);
    }
}
