namespace TaskProcessing.Server;

/// <summary>
/// The settings of ASP.NET Core, Serilog and OpenTelemetry. The product does not check the contents of their sections.
/// </summary>
internal static class FrameworkSettings
{
    /// <summary>Settings by the names that ASP.NET Core gives them, all at the root.</summary>
    private static readonly string[] Names =
    [
        "Urls",
        "http_ports",
        "https_ports",
        "environment",
        "contentRoot",
        "webroot",
        "applicationName",
        "AllowedHosts",
        "shutdownTimeoutSeconds",
    ];

    private static readonly string[] Sections = ["Kestrel", "Logging"];

    private const string Serilog = "Serilog";

    /// <summary>The prefix of the variables that OpenTelemetry specifies; its libraries read them by these names.</summary>
    public const string OpenTelemetry = "OTEL_";

    /// <summary>Where traces and metrics are sent.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Settings at the root and names of sections, for suggestions.</summary>
    public static IEnumerable<string> Roots => [.. Names, .. Sections, Serilog];

    public static bool IsName(string key) => Names.Contains(key, StringComparer.OrdinalIgnoreCase);

    public static bool IsOfOpenTelemetry(string key) => key.StartsWith(OpenTelemetry, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for one of these sections, and for a key in one of them.</summary>
    public static bool IsInSection(string key) => Sections.Append(Serilog).Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// True when variables with ASP.NET Core's own prefixes may set the key. The product's own settings never come from
    /// such variables.
    /// </summary>
    public static bool IsOfAspNetCore(string key) => IsName(key) || Sections.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase);
}
