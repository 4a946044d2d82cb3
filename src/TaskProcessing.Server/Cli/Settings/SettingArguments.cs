using System.CommandLine;

namespace TaskProcessing.Server.Cli.Settings;

/// <summary>
/// Separates the settings on a command line (<c>--Store:Provider=PostgreSql</c>) from its commands and options; they may
/// be mixed. A name with a colon is a setting's; few settings have none.
/// </summary>
internal static class SettingArguments
{
    private const string Prefix = "--";

    /// <returns>The settings as <c>--Key=Value</c>, all other arguments, and the mistakes in the settings' names.</returns>
    public static (IReadOnlyList<string> Settings, IReadOnlyList<string> Others, IReadOnlyList<string> Problems) Split(string[] args)
    {
        List<string> settings = [];
        List<string> others = [];
        List<string> problems = [];
        var catalogue = new Lazy<SettingCatalogue>(SettingCatalogue.Create);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == Prefix)
            {
                others.AddRange(args[i..]);
                break;
            }

            var name = Name(args[i]);
            if (args[i].EndsWith('=') && IsSection(name, catalogue))
                continue;
            if (name is null || !IsSetting(name, catalogue))
            {
                others.Add(args[i]);
                continue;
            }

            if (Problem(name, catalogue) is { } problem)
                problems.Add(problem);

            // The value is in the same argument or in the next one.
            if (args[i].Contains('=', StringComparison.Ordinal))
                settings.Add(args[i]);
            else if (i + 1 < args.Length)
                settings.Add($"{args[i]}={args[++i]}");
            else
                problems.Add($"{args[i]} needs a value");
        }

        return (settings, others, problems);
    }

    /// <summary>For help and suggestions; the values themselves are split off before.</summary>
    public static Option DataDirectoryOption() =>
        new Option<string>("--DataDirectory")
        {
            Description = "The directory of the SQLite file and of file contents. Default: data",
            HelpName = "DIR",
            Recursive = true,
        };

    /// <inheritdoc cref="DataDirectoryOption" />
    public static Option UrlsOption() =>
        new Option<string>("--urls")
        {
            Description = "The addresses to listen on, separated by semicolons. Default: http://127.0.0.1:8080",
            HelpName = "URLS",
        };

    private static string? Name(string argument)
    {
        if (!argument.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        var end = argument.IndexOf('=', StringComparison.Ordinal);
        return end < 0 ? argument[Prefix.Length..] : argument[Prefix.Length..end];
    }

    private static bool IsSetting(string name, Lazy<SettingCatalogue> catalogue) =>
        name.Contains(':', StringComparison.Ordinal) || FrameworkSettings.IsName(name) || catalogue.Value.Find(name) is not null;

    /// <summary>Test hosts pass on every key, also the keys of sections.</summary>
    private static bool IsSection(string? name, Lazy<SettingCatalogue> catalogue) =>
        name is not null && (FrameworkSettings.IsInSection(name) || catalogue.Value.IsSection(name));

    private static string? Problem(string name, Lazy<SettingCatalogue> catalogue)
    {
        if (!name.Contains(':', StringComparison.Ordinal) || FrameworkSettings.IsInSection(name) || catalogue.Value.Find(name) is not null)
        {
            return null;
        }

        return $"--{name} is no setting{Spelling.Suggestion(catalogue.Value.Nearest(name) is { } nearest ? Prefix + nearest : null)}";
    }
}
