using Microsoft.Extensions.Options;
using TaskProcessing.Server.Nextclouds.Connecting;

namespace TaskProcessing.Server.Cli;

/// <summary>Where the server that has the same settings is reached.</summary>
internal static class OwnAddress
{
    private const string ThisMachine = "127.0.0.1";

    private static readonly string[] Everywhere = ["//0.0.0.0", "//[::]", "//*", "//+"];

    /// <summary>The first address of <c>Urls</c>. A server that listens on every address is asked on this machine's own.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Uri Of(IConfiguration configuration) => Of(configuration, ThisMachine);

    /// <summary>
    /// Where Nextclouds reach the server: as given, as <c>Nextclouds:OwnUrl</c> says, or at the first address of <c>Urls</c>. A server
    /// that listens on every address is reached by the name of its machine.
    /// </summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Uri ForNextclouds(IServiceProvider services, string? given)
    {
        if ((given ?? services.GetRequiredService<IOptions<NextcloudOptions>>().Value.OwnUrl) is not { } url)
            return Of(services.GetRequiredService<IConfiguration>(), Environment.MachineName);

        return NextcloudRules.UrlProblem(url) is { } problem ? throw new ArgumentException(problem) : new Uri(url);
    }

    /// <summary>Null for what is no address.</summary>
    public static Uri? Read(string url) => Read(url, ThisMachine);

    private static Uri Of(IConfiguration configuration, string machine)
    {
        var urls = configuration["Urls"] ?? "";
        return Read(urls.Split(';')[0], machine) ?? throw new ArgumentException($"Urls is \"{urls}\", which is no address");
    }

    private static Uri? Read(string url, string machine)
    {
        foreach (var everywhere in Everywhere)
            url = url.Replace(everywhere, $"//{machine}", StringComparison.Ordinal);
        return Uri.TryCreate(url, UriKind.Absolute, out var own) ? own : null;
    }
}
