using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server;

/// <summary>
/// Checks options with their attributes and with <see cref="IValidatableObject"/>, nested ones too, and names the configuration key of
/// everything that is wrong.
/// </summary>
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
        // Computed properties may need valid settings.
        foreach (var property in options.GetType().GetProperties().Where(property => property.SetMethod is not null))
        {
            var value = property.GetValue(options);
            var key = prefix + property.Name;
            var results = new List<ValidationResult>();
            Validator.TryValidateProperty(value, new ValidationContext(options) { MemberName = property.Name, DisplayName = key }, results);
            foreach (var result in results)
                yield return result.ErrorMessage!.Contains(key, StringComparison.Ordinal)
                    ? result.ErrorMessage
                    : $"{key} {result.ErrorMessage}";

            if (value is IDictionary entries)
            {
                foreach (var problem in Entries(key, entries))
                    yield return problem;
            }

            if (!IsOptions(value))
                continue;
            foreach (var problem in Problems($"{key}:", value))
                yield return problem;
        }

        if (options is not IValidatableObject itself)
            yield break;
        foreach (var result in itself.Validate(new ValidationContext(itself)))
            yield return $"{prefix}{result.MemberNames.Single()} {result.ErrorMessage}";
    }

    private static IEnumerable<string> Entries(string key, IDictionary entries) =>
        from name in entries.Keys.Cast<object>()
        let entry = entries[name]
        where IsOptions(entry)
        from problem in Problems($"{key}:{name}:", entry)
        select problem;

    /// <summary>True when the value is an options class of this product, of any of its projects.</summary>
    private static bool IsOptions([NotNullWhen(true)] object? value) =>
        value is not (null or Enum or IEnumerable)
        && value.GetType().Namespace?.StartsWith($"{nameof(TaskProcessing)}.", StringComparison.Ordinal) == true;
}
