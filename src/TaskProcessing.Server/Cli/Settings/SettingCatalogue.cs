using System.Collections;

namespace TaskProcessing.Server.Cli.Settings;

/// <summary>The settings there are, read off the options classes.</summary>
internal sealed class SettingCatalogue
{
    private SettingCatalogue(IReadOnlyList<Setting> all, IReadOnlyList<IOptionsSection> sections)
    {
        All = all;
        Sections = sections;
    }

    public IReadOnlyList<Setting> All { get; }

    public IReadOnlyList<IOptionsSection> Sections { get; }

    public static SettingCatalogue Create(IConfiguration configuration, out ServiceProvider services)
    {
        var collection = new ServiceCollection();
        collection.AddServerOptions(configuration);
        services = collection.BuildServiceProvider();
        var sections = services.GetServices<IOptionsSection>().ToList();
        return new SettingCatalogue(
            [
                .. sections.SelectMany(section =>
                    Leaves(section.Section ?? "", section.OptionsType, Activator.CreateInstance(section.OptionsType))
                ),
            ],
            sections
        );
    }

    public static SettingCatalogue Create()
    {
        var catalogue = Create(new ConfigurationBuilder().Build(), out var services);
        services.Dispose();
        return catalogue;
    }

    public Setting? Find(string key) => All.FirstOrDefault(setting => setting.IsNamed(key));

    /// <summary>True when the key is a section with settings.</summary>
    public bool IsSection(string key) => All.Any(setting => setting.IsBelow(key));

    /// <summary>The setting, or the section, that was probably meant; null when none is similar.</summary>
    public string? Nearest(string key) =>
        Spelling.Nearest(
            key,
            All.Select(setting => setting.Key)
                .Concat(Sections.Select(section => section.Section).OfType<string>())
                .Concat(FrameworkSettings.Roots)
                .Where(known => !known.Equals(key, StringComparison.OrdinalIgnoreCase))
        );

    /// <summary>
    /// Descends to the settings without parts. An element of a list is named 0, an entry of a dictionary {name}.
    /// </summary>
    private static IEnumerable<Setting> Leaves(string key, Type type, object? value)
    {
        if (
            type == typeof(string)
            || type.IsPrimitive
            || type.IsEnum
            || Nullable.GetUnderlyingType(type) is not null
            || type.Namespace == nameof(System)
        )
            return [new Setting(key, type, value)];
        if (type.IsAssignableTo(typeof(IDictionary)) && type.GetGenericArguments() is [_, var entry])
            return Leaves($"{key}:{{name}}", entry, New(entry));
        if (type.IsAssignableTo(typeof(IEnumerable)) && type.GetGenericArguments() is [var element])
            return Leaves($"{key}:0", element, New(element));

        return type.GetProperties()
            .Where(property => property.SetMethod is not null)
            .SelectMany(property =>
                Leaves(
                    key.Length == 0 ? property.Name : $"{key}:{property.Name}",
                    property.PropertyType,
                    value is null ? null : property.GetValue(value)
                )
            );
    }

    private static object? New(Type type) => type == typeof(string) || type.IsAbstract ? null : Activator.CreateInstance(type);
}

/// <summary>One value that can be set.</summary>
/// <param name="Key">Such as <c>Store:Provider</c> or, in a list, <c>Proxies:Trusted:0</c>.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="Default">Its value when it is not set; null inside lists.</param>
internal sealed record Setting(string Key, Type Type, object? Default)
{
    private readonly string[] _parts = Key.Split(':');

    /// <summary>True when a key of the configuration means this setting, at any index of a list.</summary>
    public bool IsNamed(string key) => key.Split(':') is var parts && parts.Length == _parts.Length && Matches(parts);

    public bool IsBelow(string key) => key.Split(':') is var parts && parts.Length < _parts.Length && Matches(parts);

    private bool Matches(string[] parts) =>
        parts.Zip(_parts).All(pair => pair.Second is "0" or "{name}" || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
}
