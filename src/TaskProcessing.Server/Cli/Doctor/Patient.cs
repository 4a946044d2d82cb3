using Microsoft.AspNetCore.Builder;
using TaskProcessing.Server.Cli.Serving;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Cli.Doctor;

/// <summary>An installation as far as it can be put together, whatever is wrong with it.</summary>
internal sealed class Patient : IAsyncDisposable
{
    private readonly WebApplication? _app;
    private readonly Lock _lock = new();
    private Task<FoundDatabase>? _database;

    private Patient(IConfiguration? configuration, IReadOnlyList<string> problems, WebApplication? app)
    {
        Configuration = configuration ?? new ConfigurationBuilder().Build();
        Problems = problems;
        _app = app;
    }

    /// <summary>Empty when the files of settings cannot be read.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>What is wrong with the settings, in sentences.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>
    /// The server's parts; null where the settings are too wrong to make any. Options of wrong sections throw when asked for.
    /// </summary>
    public IServiceProvider? Services => _app?.Services;

    public static Patient Of(IReadOnlyList<string> settings)
    {
        IConfiguration? configuration = null;
        IReadOnlyList<string> problems = [];
        try
        {
            var builder = ServerBuilder.Create([.. settings]);
            configuration = builder.Configuration;
            problems = SettingProblems.Of(configuration);
            builder.AddTaskProcessing().Logging.ClearProviders();
            builder.Services.AddLocalProviderChecks();
            return new Patient(configuration, problems, builder.Build());
        }
        catch (SettingsFileException error)
        {
            return new Patient(configuration, [error.Message], app: null);
        }
        catch (Exception error) when (problems.Count > 0 || StartFailure.Explain(error) is not null)
        {
            return new Patient(configuration, problems.Count > 0 ? problems : [StartFailure.Explain(error)!], app: null);
        }
    }

    /// <summary>How the database is; looked at once for all checks.</summary>
    public Task<FoundDatabase> LookAtDatabaseAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            _database ??= Task.Run(() => LookAsync(Services!.GetRequiredService<StoreMigrator>()), CancellationToken.None);
        return _database.WaitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<FoundDatabase> LookAsync(StoreMigrator migrator)
    {
        IReadOnlyList<string> pending;
        try
        {
            pending = await migrator.ListPendingAsync(CancellationToken.None);
        }
        catch (StoreUnavailableException error)
        {
            return new FoundDatabase { Unreachable = error.Message };
        }

        try
        {
            return new FoundDatabase { Pending = pending, State = await migrator.ReadStateAsync(CancellationToken.None) };
        }
        catch (StoreUnavailableException error)
        {
            return new FoundDatabase { Newer = error.Message };
        }
    }
}

/// <summary>How the database is.</summary>
internal sealed record FoundDatabase
{
    /// <summary>Null when that is not known.</summary>
    public SchemaState? State { get; init; }

    public IReadOnlyList<string> Pending { get; init; } = [];

    /// <summary>Why it cannot be opened.</summary>
    public string? Unreachable { get; init; }

    /// <summary>Why this program is too old for it.</summary>
    public string? Newer { get; init; }

    /// <summary>Why its tables cannot be read; null when they can.</summary>
    public string? Obstacle =>
        State switch
        {
            SchemaState.Current => null,
            SchemaState.Behind => "the database misses migrations",
            _ => "the database cannot be used",
        };
}
