namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary>The files that settings name: keys, certificates and the like, without which a backup is worth less.</summary>
/// <param name="Inside">Those in the data directory, by their paths within it.</param>
/// <param name="Outside">Secrets and certificates elsewhere.</param>
internal sealed record SettingFiles(IReadOnlyList<string> Inside, IReadOnlyList<string> Outside)
{
    public static SettingFiles Find(IConfiguration configuration, string dataDirectory)
    {
        var root = Path.GetFullPath(dataDirectory) + Path.DirectorySeparatorChar;
        var files = configuration
            .AsEnumerable()
            .Where(setting => !string.IsNullOrWhiteSpace(setting.Value) && IsFile(setting.Key))
            .Select(setting => Path.GetFullPath(setting.Value!))
            .Where(File.Exists)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToLookup(file => file.StartsWith(root, StringComparison.Ordinal));
        return new SettingFiles([.. files[true].Select(file => file[root.Length..])], [.. files[false]]);
    }

    /// <summary>Ours are called so; a certificate of the web server has a path, and maybe a file with its key.</summary>
    private static bool IsFile(string key) =>
        key.EndsWith("File", StringComparison.OrdinalIgnoreCase)
        || (
            key.StartsWith("Kestrel:", StringComparison.OrdinalIgnoreCase)
            && (key.EndsWith(":Path", StringComparison.OrdinalIgnoreCase) || key.EndsWith(":KeyPath", StringComparison.OrdinalIgnoreCase))
        );
}
