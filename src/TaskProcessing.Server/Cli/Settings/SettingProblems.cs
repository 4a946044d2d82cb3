using System.ComponentModel;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Cli.Settings;

/// <summary>
/// Finds everything that is wrong with the settings before anything is built from them: keys that do not exist, values
/// that cannot be read, values that the options refuse.
/// </summary>
internal static class SettingProblems
{
    /// <returns>A sentence for each problem, naming the key.</returns>
    public static IReadOnlyList<string> Of(IConfiguration configuration)
    {
        var catalogue = SettingCatalogue.Create(configuration, out var services);
        using (services)
        {
            var ofSections = catalogue.Sections.SelectMany(section =>
            {
                var unreadable = Unreadable(configuration, section, catalogue).ToList();
                // Options of an unreadable section cannot be bound, so there is nothing more to ask.
                return unreadable.Count > 0 ? unreadable : section.Failures(services);
            });
            return
            [
                .. BadAddresses(configuration["Urls"] ?? ""),
                .. BadEndpoint(configuration[FrameworkSettings.OtlpEndpoint] ?? ""),
                .. Unknown(configuration, catalogue),
                .. ofSections,
            ];
        }
    }

    private static IEnumerable<string> BadAddresses(string urls) =>
        urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(url => !IsAddress(url))
            .Select(url => $"Urls: \"{url}\" is no address to listen on; give one like http://127.0.0.1:8080");

    /// <summary>OpenTelemetry would send to its default instead, and not say so.</summary>
    private static IEnumerable<string> BadEndpoint(string endpoint) =>
        endpoint.Length == 0 || (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            ? []
            : [$"{FrameworkSettings.OtlpEndpoint}: \"{endpoint}\" is no http or https address"];

    private static bool IsAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url) is { Scheme: "http" or "https", Port: >= 0 and <= ushort.MaxValue };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The keys at the root, or in a section there, that no options class reads.</summary>
    private static IEnumerable<string> Unknown(IConfiguration configuration, SettingCatalogue catalogue) =>
        from child in configuration.GetChildren()
        where !FrameworkSettings.IsName(child.Key) && !FrameworkSettings.IsInSection(child.Key)
        where !FrameworkSettings.IsOfOpenTelemetry(child.Key)
        where catalogue.Find(child.Key) is null && !catalogue.IsSection(child.Key)
        from key in child
            .AsEnumerable()
            .Where(entry => entry.Value is not null)
            .Select(entry => entry.Key)
            .DefaultIfEmpty(child.Key)
            .Order(ConfigurationKeyComparer.Instance)
        select $"{key} is no setting{Spelling.Suggestion(catalogue.Nearest(key))}";

    private static IEnumerable<string> Unreadable(IConfiguration configuration, IOptionsSection section, SettingCatalogue catalogue)
    {
        // The root has keys of the framework's beside ours.
        var entries = section.Section is { } name
            ? configuration.GetSection(name).AsEnumerable()
            : configuration
                .AsEnumerable()
                .Where(entry => !entry.Key.Contains(':', StringComparison.Ordinal) && catalogue.Find(entry.Key) is not null);
        foreach (
            var (key, value) in entries
                .Where(entry => entry.Value is not null)
                .OrderBy(entry => entry.Key, ConfigurationKeyComparer.Instance)
        )
        {
            if (catalogue.Find(key) is { } setting)
            {
                if (!IsReadable(value!, setting.Type))
                    yield return $"{setting.Key} must be {Kind(setting.Type)}, not \"{value}\"";
            }
            else if (catalogue.IsSection(key))
            {
                // Empty is an empty list.
                if (value!.Length > 0)
                    yield return $"{key} is a section and has no value of its own, such as \"{value}\"";
            }
            else
            {
                yield return $"{key} is no setting{Spelling.Suggestion(catalogue.Nearest(key))}";
            }
        }
    }

    /// <summary>As the configuration binder will read it.</summary>
    private static bool IsReadable(string value, Type type)
    {
        if (type == typeof(string) || (value.Length == 0 && Nullable.GetUnderlyingType(type) is not null))
            return true;

        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return true;
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(bool))
            return "true or false";
        if (type.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(type))}";
        if (type == typeof(int) || type == typeof(long))
            return "a whole number";
        if (type == typeof(TimeSpan))
            return "a duration like 00:01:30";
        return type == typeof(double) ? "a number" : $"a {type.Name}";
    }
}
