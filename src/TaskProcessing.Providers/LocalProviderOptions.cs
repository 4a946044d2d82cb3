using TaskProcessing.Providers.Commands;
using TaskProcessing.Providers.Commands.ReadyMade;
using TaskProcessing.Providers.OpenAI;

namespace TaskProcessing.Providers;

/// <summary>The part of the section <c>Providers</c> that concerns the providers that ship with the server.</summary>
internal class LocalProviderOptions
{
    /// <summary>The providers that come with the server.</summary>
    public BuiltInOptions BuiltIn { get; set; } = new();

    /// <summary>Programs of this machine that serve task types, by name. Default none.</summary>
    public Dictionary<string, CommandOptions> Commands { get; set; } = [];

    /// <summary>Programs that the server knows how to use.</summary>
    public ReadyMadeOptions ReadyMade { get; set; } = new();

    /// <summary>Endpoints that speak OpenAI's API, by names of your choice. Default none.</summary>
    public Dictionary<string, OpenAIEndpointOptions> OpenAI { get; set; } = [];
}

/// <summary>The providers that come with the server.</summary>
internal sealed class BuiltInOptions
{
    /// <summary>True when this process runs them. Default true.</summary>
    public bool Enabled { get; set; } = true;
}
