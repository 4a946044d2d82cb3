using System.Globalization;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Settings.Configuration;

namespace TaskProcessing.Server.Observability;

/// <summary>Serilog, set by the section <c>Serilog</c> of the configuration; without one it writes to standard error.</summary>
internal static class Logging
{
    /// <summary>The sinks that settings may use. Without this list Serilog searches all files of the program for sinks.</summary>
    private static readonly ConfigurationReaderOptions Sinks = new(
        typeof(ConsoleLoggerConfigurationExtensions).Assembly,
        typeof(FileLoggerConfigurationExtensions).Assembly
    );

    private static readonly string[] LevelSections = ["Serilog:MinimumLevel", "Serilog:LevelSwitches"];

    /// <param name="services">A sink among them gets the log too, and then standard error does not unless settings say so.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="silent">Categories that are never logged, in spite of the settings.</param>
    public static void AddServerLogging(
        this IServiceCollection services,
        IConfiguration configuration,
        params IEnumerable<string> silent
    ) =>
        services.AddSerilog(
            (provider, serilog) =>
            {
                serilog
                    .ReadFrom.Configuration(Levels(configuration), Sinks)
                    .Enrich.FromLogContext()
                    .WriteTo.Sink(new PlainLog(CreatePlaces(provider, configuration)));
                SetFrameworkLevels(serilog.MinimumLevel, configuration.GetSection("Logging:LogLevel"));
                foreach (var category in silent)
                    serilog.MinimumLevel.Override(category, LevelAlias.Off);
            },
            preserveStaticLogger: true
        );

    /// <summary>The levels of ASP.NET Core's own settings, which Serilog does not read.</summary>
    private static void SetFrameworkLevels(LoggerMinimumLevelConfiguration minimum, IConfigurationSection levels)
    {
        foreach (var category in levels.GetChildren())
        {
            var level = LevelConvert.ToSerilogLevel(category.Get<LogLevel>());
            _ = category.Key.Equals("Default", StringComparison.OrdinalIgnoreCase)
                ? minimum.Is(level)
                : minimum.Override(category.Key, level);
        }
    }

    private static Logger CreatePlaces(IServiceProvider provider, IConfiguration configuration)
    {
        var places = new LoggerConfiguration()
            .ReadFrom.Configuration(configuration, Sinks)
            .ReadFrom.Services(provider)
            .MinimumLevel.Verbose();
        if (!configuration.GetSection("Serilog:WriteTo").Exists() && !provider.GetServices<ILogEventSink>().Any())
        {
            // Standard output belongs to the output of commands.
            places.WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
                standardErrorFromLevel: LogEventLevel.Verbose,
                formatProvider: CultureInfo.InvariantCulture
            );
        }

        return places.CreateLogger();
    }

    /// <summary>Levels are applied before <see cref="PlainLog"/>, so that unwanted lines cost nothing.</summary>
    private static IConfigurationRoot Levels(IConfiguration configuration) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(LevelSections.SelectMany(section => configuration.GetSection(section).AsEnumerable()))
            .Build();
}
