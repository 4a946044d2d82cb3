using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Cli.Doctor;

/// <summary>Where the server listens: at <c>Kestrel:Endpoints</c>, or else at <c>Urls</c>; and at the address for metrics.</summary>
internal static class ListenAddresses
{
    public static IReadOnlyList<BindingAddress> Of(IConfiguration configuration)
    {
        IReadOnlyList<string> endpoints =
        [
            .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>(),
        ];
        return
        [
            .. (endpoints.Count > 0 ? endpoints : [.. (configuration["Urls"] ?? "").Split(';')])
                .Append(configuration["Metrics:Url"] ?? "")
                .Select(Parse)
                .OfType<BindingAddress>(),
        ];
    }

    /// <summary>Whether only programs of this machine reach it.</summary>
    public static bool IsLocal(BindingAddress address) =>
        address.IsUnixPipe || address.Host is "localhost" or "[::1]" || address.Host.StartsWith("127.", StringComparison.Ordinal);

    /// <summary>Null for what the check of the settings names.</summary>
    private static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url.Trim());
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
