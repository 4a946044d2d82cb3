namespace TaskProcessing.Server.Cli;

/// <summary>Where this machine reaches the server that has the same settings.</summary>
internal static class OwnAddress
{
    /// <summary>The first address of <c>Urls</c>. A server that listens on every address is asked on this machine's own.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Uri Of(IConfiguration configuration)
    {
        var urls = configuration["Urls"] ?? "";
        return Read(urls.Split(';')[0]) ?? throw new ArgumentException($"Urls is \"{urls}\", which is no address");
    }

    /// <summary>Null for what is no address.</summary>
    public static Uri? Read(string url)
    {
        foreach (var everywhere in (ReadOnlySpan<string>)["//0.0.0.0", "//[::]", "//*", "//+"])
            url = url.Replace(everywhere, "//127.0.0.1", StringComparison.Ordinal);
        return Uri.TryCreate(url, UriKind.Absolute, out var own) ? own : null;
    }
}
