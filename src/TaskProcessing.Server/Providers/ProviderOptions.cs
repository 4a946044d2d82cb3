using System.ComponentModel.DataAnnotations;
using TaskProcessing.Server.Providers.Commands;
using TaskProcessing.Server.Providers.Commands.ReadyMade;
using TaskProcessing.Server.Providers.OpenAI;

namespace TaskProcessing.Server.Providers;

/// <summary>Section <c>Providers</c>: who serves which task type.</summary>
internal sealed class ProviderOptions
{
    /// <summary>
    /// In which order the providers of a task type stand in for each other, the first that can serves it. Default none: by
    /// <see cref="Weights"/>; of equal ones provider apps before the server's own providers, then whoever came first.
    /// <c>taskprocessing provider prefer</c> goes before it.
    /// </summary>
    public List<ProviderOrder> Order { get; set; } = [];

    /// <summary>The heavier of several providers of a type serves it. Default none: every provider weighs 0.</summary>
    public List<ProviderWeight> Weights { get; set; } = [];

    /// <summary>
    /// After so many seconds without any call of an app, and without a good answer to ours, its task types go to the next
    /// provider where there is one, and come back with the app's next call. 0 means never. Default 600: apps that know
    /// triggers ask for tasks only every five minutes.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int SilentAfterSeconds { get; set; } = 600;

    /// <summary>The providers that come with the server.</summary>
    public BuiltInOptions BuiltIn { get; set; } = new();

    /// <summary>Programs of this machine that serve task types, by name. Default none.</summary>
    public Dictionary<string, CommandOptions> Commands { get; set; } = [];

    /// <summary>Programs that the server knows how to use.</summary>
    public ReadyMadeOptions ReadyMade { get; set; } = new();

    /// <summary>Endpoints that speak OpenAI's API, by names of your choice. Default none.</summary>
    public Dictionary<string, OpenAIEndpointOptions> OpenAI { get; set; } = [];
}

/// <summary>The order of one task type.</summary>
internal sealed class ProviderOrder
{
    /// <summary>The task type's id.</summary>
    public string TaskType { get; set; } = "";

    /// <summary>The ids of its providers, the first one first. Ids that do not exist are passed over; who is not named comes after.</summary>
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

/// <summary>The providers that come with the server.</summary>
internal sealed class BuiltInOptions
{
    /// <summary>Whether this process runs them. Default true.</summary>
    public bool Enabled { get; set; } = true;
}
