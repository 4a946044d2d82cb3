using System.Globalization;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>docs/configuration.md tells the truth about every setting.</summary>
public sealed partial class ConfigurationDocumentTests
{
    private static readonly Dictionary<string, string[]> Rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "configuration.md"))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => Cell().Split(line.Trim('|', ' ')))
        .ToDictionary(cells => cells[0].Trim('`'));

    [Fact]
    public void Every_setting_is_documented_with_its_variable_and_its_default()
    {
        foreach (var setting in SettingCatalogue.Create().All)
        {
            var row =
                Rows.GetValueOrDefault(setting.Key) ?? throw new InvalidOperationException($"docs/configuration.md misses {setting.Key}.");
            row[1].Should().Be($"`TASKPROCESSING_{setting.Key.Replace(":", "__", StringComparison.Ordinal)}`");
            if (setting.Default is not null and not "")
                row[2].Should().Be($"`{Default(setting.Default)}`", "that is the default of {0}", setting.Key);
            row[3].Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Nothing_is_documented_that_does_not_exist()
    {
        Rows.Keys.Except(SettingCatalogue.Create().All.Select(setting => setting.Key)).Should().BeEmpty();
    }

    private static string Default(object value) =>
        value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    [GeneratedRegex(@" +\| +")]
    private static partial Regex Cell();
}
