using System.Globalization;
using Serilog;
using Serilog.Settings.Configuration;

namespace TaskProcessing.Server.Observability;

/// <summary>Serilog, set by the section <c>Serilog</c> of the configuration; without one it writes to standard error.</summary>
internal static class Logging
{
    /// <summary>Where settings may send the log. Named, as otherwise all files of the program are searched for such libraries.</summary>
    private static readonly ConfigurationReaderOptions Sinks = new(typeof(ConsoleLoggerConfigurationExtensions).Assembly, typeof(FileLoggerConfigurationExtensions).Assembly);

    public static void AddServerLogging(this ILoggingBuilder logging, IConfiguration configuration)
    {
        var serilog = new LoggerConfiguration().ReadFrom.Configuration(configuration, Sinks).Enrich.FromLogContext();
        if (!configuration.GetSection("Serilog:WriteTo").Exists())
        {
            // Standard output is for what commands print.
            serilog.WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
                standardErrorFromLevel: Serilog.Events.LogEventLevel.Verbose,
                formatProvider: CultureInfo.InvariantCulture);
        }

        // Asked for every few seconds; what is wrong is in the answer, and Outages says it once.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        logging.ClearProviders();
        logging.AddSerilog(serilog.CreateLogger(), dispose: true);
    }
}
