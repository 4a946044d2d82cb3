using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>Text from outside cannot forge a line of the log.</summary>
public sealed partial class PlainLogTests
{
    private readonly string _text = Path.Combine(new TemporaryFolder().Path, "log.txt");
    private readonly string _json = Path.Combine(new TemporaryFolder().Path, "log.json");

    [Theory]
    [InlineData("a\n12:00:00 ERR forged", "a\\n12:00:00 ERR forged")]
    [InlineData("a\r\nb\tc", "a\\r\\nb\\tc")]
    [InlineData("\e[31mred\a\0", "\\u001b[31mred\\u0007\\u0000")]
    [InlineData("\u009b31mred\u0085", "\\u009b31mred\\u0085")]
    [InlineData("a\u2028b\u202egnp.exe\u2066", "a\\u2028b\\u202egnp.exe\\u2066")]
    [InlineData("Grüße 😀 日本 {x}", "Grüße 😀 日本 {x}")]
    public void A_value_stays_on_its_line_and_speaks_to_no_terminal(string value, string shown)
    {
        Write(logger => Log.Said(logger, value));

        File.ReadAllLines(_text).Should().Equal($"INF Test: It said {shown}!");
        JsonElement.Parse(File.ReadAllLines(_json).Single()).GetProperty("Properties").GetProperty("What").GetString().Should().Be(shown);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_what_it_is()
    {
        Write(logger => Log.Said(logger, "half \ud83d"));

        File.ReadAllLines(_text).Should().Equal("INF Test: It said half \uFFFD!");
    }

    [Fact]
    public void Names_of_loggers_lists_and_things_are_values_too()
    {
        Write(logger => Log.Listed(logger, ["a\nb", "c"], new Uri("http://x/%0a\u202e")), category: "ExApp.a\nb");

        File.ReadAllLines(_text).Single().Should().Be("INF ExApp.a\\nb: [\"a\\\\nb\",\"c\"] http://x/%0a\\u202e");
    }

    [Fact]
    public void A_long_value_is_cut_and_says_so()
    {
        Write(logger => Log.Said(logger, new string('x', 5_000_000)));

        File.ReadAllText(_text).Should().Be($"INF Test: It said {new string('x', 2000)}… (4998000 characters more)!\n");
    }

    [Fact]
    public void The_lines_of_an_exception_are_set_in_so_that_none_looks_like_one_of_the_log()
    {
        Write(logger => Log.Failed(logger, new InvalidOperationException("bad \e[2J\n12:00:00 ERR forged")));

        var lines = File.ReadAllLines(_text);
        lines[0].Should().Be("ERR Test: It failed");
        lines[1].Should().Be("System.InvalidOperationException: bad \\u001b[2J");
        lines[2].Should().Be("  12:00:00 ERR forged");
        JsonElement.Parse(File.ReadAllLines(_json).Single()).GetProperty("Exception").GetString().Should().NotContain("\e");
    }

    [Fact]
    public void Levels_of_the_settings_hold()
    {
        Write(
            logger =>
            {
                logger.IsEnabled(LogLevel.Debug).Should().BeFalse();
                Log.Said(logger, "unheard");
            },
            settings: ("Serilog:MinimumLevel:Override:Test", "Warning")
        );
        Write(logger => Log.Detail(logger, "heard"), settings: ("Serilog:MinimumLevel:Default", "Debug"));

        File.ReadAllLines(_text).Should().Equal("DBG Test: Detail heard");
    }

    [Fact]
    public void Levels_of_the_frameworks_own_settings_hold_too()
    {
        Write(logger => Log.Said(logger, "unheard"), settings: ("Logging:LogLevel:Default", "Warning"));
        Write(logger => Log.Said(logger, "unheard"), settings: ("Logging:LogLevel:Test", "None"));
        Write(logger => Log.Detail(logger, "heard"), settings: ("Logging:LogLevel:Test", "Debug"));

        File.ReadAllLines(_text).Should().Equal("DBG Test: Detail heard");
    }

    private void Write(Action<ILogger> write, string category = "Test", (string Key, string Value)? settings = null)
    {
        var values = new Dictionary<string, string?>
        {
            ["Serilog:MinimumLevel:Default"] = "Information",
            ["Serilog:WriteTo:0:Name"] = "File",
            ["Serilog:WriteTo:0:Args:path"] = _text,
            ["Serilog:WriteTo:0:Args:outputTemplate"] = "{Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
            ["Serilog:WriteTo:1:Name"] = "File",
            ["Serilog:WriteTo:1:Args:path"] = _json,
            ["Serilog:WriteTo:1:Args:formatter"] = "Serilog.Formatting.Json.JsonFormatter, Serilog",
        };
        if (settings is { } setting)
            values[setting.Key] = setting.Value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var services = new ServiceCollection();
        services.AddServerLogging(configuration);
        using var provider = services.BuildServiceProvider();
        write(provider.GetRequiredService<ILoggerFactory>().CreateLogger(category));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "It said {What}!")]
        public static partial void Said(ILogger logger, string what);

        [LoggerMessage(LogLevel.Debug, "Detail {What}")]
        public static partial void Detail(ILogger logger, string what);

        [LoggerMessage(LogLevel.Information, "{List} {Thing}")]
        public static partial void Listed(ILogger logger, string[] list, Uri thing);

        [LoggerMessage(LogLevel.Error, "It failed")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
