using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Section <c>AppApi</c>: how the server deals with provider apps.</summary>
internal sealed class AppApiOptions
{
    /// <summary>The AppAPI version that apps are told. Default 35.0.0.</summary>
    [RegularExpression(@"^\d+\.\d+\.\d+$", ErrorMessage = "must have the form 35.0.0")]
    public string Version { get; set; } = "35.0.0";

    /// <summary>Whether apps are enabled without <c>POST /init</c>, for apps that have all they need already. Default false.</summary>
    public bool SkipInit { get; set; }

    /// <summary>How long an app may take to answer heartbeats and to be enabled before that counts as failed, in seconds. Default 600.</summary>
    [Range(1, 86_400)]
    public int StartTimeoutSeconds { get; set; } = 600;

    /// <summary>How long an app may prepare itself without reporting progress before that counts as failed, in seconds. Default 2400.</summary>
    [Range(1, 604_800)]
    public int InitTimeoutSeconds { get; set; } = 2400;
}
