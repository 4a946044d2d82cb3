namespace TaskProcessing.Server;

/// <summary>A class of options, and where in the configuration it is bound from.</summary>
internal interface IOptionsSection
{
    /// <summary>Null for the root.</summary>
    string? Section { get; }

    Type OptionsType { get; }

    /// <summary>A sentence for everything that is wrong with the options; empty when nothing is.</summary>
    IEnumerable<string> Failures(IServiceProvider services);
}
