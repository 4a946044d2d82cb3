using System.ComponentModel.DataAnnotations;
using TaskProcessing.Providers;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// Section <c>Providers</c>: the choice of the provider for a task type, and the settings of the providers of this
/// process.
/// </summary>
internal sealed class ProviderOptions : LocalProviderOptions
{
    /// <summary>
    /// The order of the providers of a task type; the first available one serves it. Default none: by
    /// <see cref="Weights"/>; of equal ones provider apps before the server's own providers, then the earlier
    /// registration. <c>taskprocessing provider prefer</c> outweighs it.
    /// </summary>
    public List<ProviderOrder> Order { get; set; } = [];

    /// <summary>The heavier of several providers of a type serves it. Default none: every provider weighs 0.</summary>
    public List<ProviderWeight> Weights { get; set; } = [];

    /// <summary>
    /// The seconds without a call of an app, or a good answer to ours, after which its task types go to the next
    /// provider, if there is one; they come back with the app's next call. 0 means never. Default 600: apps that know
    /// triggers ask for tasks only every five minutes.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int SilentAfterSeconds { get; set; } = 600;
}

/// <summary>The order of one task type.</summary>
internal sealed class ProviderOrder
{
    /// <summary>The task type's id.</summary>
    public string TaskType { get; set; } = "";

    /// <summary>The ids of its providers, the first one first. Unknown ids are skipped; providers that are not named come last.</summary>
    public List<string> Providers { get; set; } = [];
}

/// <summary>One weight.</summary>
internal sealed class ProviderWeight
{
    /// <summary>The provider's id.</summary>
    public string Provider { get; set; } = "";

    /// <summary>More is heavier; may be negative, to come after those without a weight.</summary>
    public int Weight { get; set; }
}
