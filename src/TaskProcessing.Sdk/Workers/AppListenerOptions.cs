using System.Globalization;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// The address at which a provider app listens for its server. Unset properties come from the environment variables that servers give to
/// their apps: <c>APP_HOST</c>, <c>APP_PORT</c>.
/// </summary>
public sealed class AppListenerOptions
{
    /// <summary>
    /// The address or name to listen at: <c>0.0.0.0</c> for all of IPv4, <c>::</c> for all of both. Default <c>127.0.0.1</c>, which only
    /// a server on this machine reaches.
    /// </summary>
    public string Host { get; set; } = Environment.GetEnvironmentVariable("APP_HOST") is { Length: > 0 } host ? host : "127.0.0.1";

    /// <summary>The port; 0 for any free one. Null, the default without <c>APP_PORT</c>: the app does not listen.</summary>
    public int? Port { get; set; } = PortOf(Environment.GetEnvironmentVariable("APP_PORT"));

    /// <summary>The most connections at a time; more wait. Default 64.</summary>
    public int MaxConnections { get; set; } = 64;

    /// <summary>The time that a caller may take to send a request, and to take the answer. Default ten seconds.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The mistakes in the options, one sentence each; empty when they can be used.</summary>
    internal IEnumerable<string> Validate()
    {
        if (Host.Length == 0)
            yield return $"{nameof(Host)} (or APP_HOST) must not be empty.";
        if (Port is < 0 or > 65535)
            yield return $"{nameof(Port)} (or APP_PORT) must be a number from 0 to 65535.";
        if (MaxConnections < 1)
            yield return $"{nameof(MaxConnections)} must be at least 1.";
        if (RequestTimeout <= TimeSpan.Zero)
            yield return $"{nameof(RequestTimeout)} must be longer than zero.";
    }

    // What is no number is a mistake, and not the same as nothing.
    private static int? PortOf(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port
        : -1;
}
