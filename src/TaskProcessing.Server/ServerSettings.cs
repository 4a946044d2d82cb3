using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server;

/// <summary>
/// The only sources of settings: files, variables with the product's prefix, ASP.NET Core's and OpenTelemetry's own variables,
/// and the arguments.
/// </summary>
internal static partial class ServerSettings
{
    private const string FileName = "appsettings.json";
    private const string Prefix = "TASKPROCESSING_";

    /// <exception cref="SettingsFileException">A file cannot be read.</exception>
    public static IConfigurationRoot Read(params string[] args)
    {
        var settings = new ConfigurationBuilder();
        AddFile(settings, Path.Combine(AppContext.BaseDirectory, FileName));
        AddFile(settings, Path.GetFullPath(FileName));
        settings.AddInMemoryCollection(
            Variables("DOTNET_").Concat(Variables("ASPNETCORE_")).Where(variable => FrameworkSettings.IsOfAspNetCore(variable.Key))
        );
        settings.AddInMemoryCollection(
            Variables(FrameworkSettings.OpenTelemetry)
                .Select(variable => KeyValuePair.Create(FrameworkSettings.OpenTelemetry + variable.Key, variable.Value))
        );
        settings.AddInMemoryCollection(Variables(Prefix).Where(variable => !IsOfOthers(variable.Key, variable.Value)));
        settings.AddCommandLine(args);
        return settings.Build();
    }

    private static void AddFile(ConfigurationBuilder settings, string path)
    {
        // Docker makes one in place of a file that is to be mounted and does not exist.
        if (Directory.Exists(path))
            throw new SettingsFileException($"{path} is a directory; it must be a file, or not be there");
        if (!File.Exists(path))
            return;

        // Read here and now: a file that is asked for by its path alone is skipped when it is hidden or its directory is.
        try
        {
            using var file = File.OpenRead(path);
            settings.AddInMemoryCollection(new ConfigurationBuilder().AddJsonStream(file).Build().AsEnumerable());
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidDataException)
        {
            throw SettingsFileException.Of(path, error);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Variables(string prefix) =>
        new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build().AsEnumerable().Where(variable => variable.Value is not null);

    /// <summary>
    /// True for variables with the product's prefix that are no settings: Kubernetes gives every pod such variables for
    /// each Service, also for a Service with the product's name. The product's own programs and tests have some as well.
    /// </summary>
    private static bool IsOfOthers(string name, string? value) =>
        Others().IsMatch(name) || (name.EndsWith("PORT", StringComparison.Ordinal) && Socket().IsMatch(value!));

    [GeneratedRegex(
        "^(?:RUN|UPDATE_[A-Z]+|TEST_[A-Z_]+|"
            + "(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?))$"
    )]
    private static partial Regex Others();

    [GeneratedRegex("^(?:tcp|udp|sctp)://")]
    private static partial Regex Socket();
}

/// <summary>A file of settings that cannot be read; the message names the file, the line where it is known, and the reason.</summary>
internal sealed class SettingsFileException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    public static SettingsFileException Of(string path, Exception error)
    {
        var cause = error.GetBaseException();
        return cause is JsonException { LineNumber: { } line }
            // The parser counts from 0, and repeats the place behind its sentence.
            ? new($"{path}, line {line + 1}: {cause.Message.Split(" LineNumber:")[0]}", error)
            : new($"{path}: {cause.Message}", error);
    }
}
