using System.Collections;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server;

/// <summary>Options that know what is wrong with them beyond what attributes can say.</summary>
internal interface ICheckedOptions
{
    /// <summary>A sentence for each problem; empty when there is none.</summary>
    IEnumerable<(string Key, string Problem)> Problems();
}

/// <summary>A class of options, and where in the configuration it is bound from.</summary>
internal interface IOptionsSection
{
    /// <summary>Null for the root.</summary>
    string? Section { get; }

    Type OptionsType { get; }

    /// <summary>A sentence for everything that is wrong with the options; empty when nothing is.</summary>
    IEnumerable<string> Failures(IServiceProvider services);
}

/// <summary>Checks options with their attributes, nested ones too, and names the configuration key of everything that is wrong.</summary>
internal sealed class OptionsCheck<T>(string? section) : IValidateOptions<T>, IOptionsSection
    where T : class
{
    public string? Section => section;

    public Type OptionsType => typeof(T);

    public IEnumerable<string> Failures(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException error)
        {
            return error.Failures;
        }
    }

    public ValidateOptionsResult Validate(string? name, T options)
    {
        var problems = Problems(section is null ? "" : $"{section}:", options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(string prefix, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            var value = property.GetValue(options);
            var key = prefix + property.Name;
            var results = new List<ValidationResult>();
            Validator.TryValidateProperty(value, new ValidationContext(options) { MemberName = property.Name, DisplayName = key }, results);
            foreach (var result in results)
                yield return result.ErrorMessage!.Contains(key, StringComparison.Ordinal) ? result.ErrorMessage : $"{key} {result.ErrorMessage}";

            if (value is IDictionary entries)
            {
                foreach (var problem in Entries(key, entries))
                    yield return problem;
            }

            if (value is null or string or IEnumerable || property.PropertyType.Assembly != options.GetType().Assembly || property.PropertyType.IsEnum)
                continue;
            foreach (var problem in Problems($"{key}:", value))
                yield return problem;
        }

        if (options is not ICheckedOptions { } itself)
            yield break;
        foreach (var (key, problem) in itself.Problems())
            yield return $"{prefix}{key} {problem}";
    }

    private static IEnumerable<string> Entries(string key, IDictionary entries) =>
        from name in entries.Keys.Cast<object>()
        let entry = entries[name]
        where entry is not null && entry.GetType().Assembly == typeof(T).Assembly
        from problem in Problems($"{key}:{name}:", entry)
        select problem;
}
