using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Section <c>AppApi</c>: how the server deals with provider apps.</summary>
internal sealed class AppApiOptions
{
    /// <summary>The AppAPI version that the server reports to apps. Default 35.0.0.</summary>
    [RegularExpression(@"^\d+\.\d+\.\d+$", ErrorMessage = "must have the form 35.0.0")]
    public string Version { get; set; } = "35.0.0";

    /// <summary>Enables apps without <c>POST /init</c>, for apps that need no preparation. Default false.</summary>
    public bool SkipInit { get; set; }

    /// <summary>
    /// The seconds that an app may take to answer heartbeats and to be enabled; then its start has failed. Default 600.
    /// </summary>
    [Range(1, 86_400)]
    public int StartTimeoutSeconds { get; set; } = 600;

    /// <summary>
    /// The seconds that an app may prepare itself without reporting progress; then its start has failed. Default 2400.
    /// </summary>
    [Range(1, 604_800)]
    public int InitTimeoutSeconds { get; set; } = 2400;
}
