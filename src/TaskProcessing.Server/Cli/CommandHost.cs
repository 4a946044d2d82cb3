using Microsoft.AspNetCore.Builder;
using TaskProcessing.Server.Cli.Serving;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Cli;

/// <summary>
/// Gives a command the server's use cases and its database, without serving. So it works beside a running server, which
/// notices the changes by itself. The log is silent, because a command prints its own messages.
/// </summary>
internal sealed class CommandHost(IReadOnlyList<string> settings, CommandStreams streams)
{
    /// <summary>The settings of the command line, in the form that <see cref="ServerBuilder.Create"/> takes.</summary>
    public IReadOnlyList<string> Settings => settings;

    public CommandStreams Streams => streams;

    /// <summary>Runs a command that needs a database with the current schema.</summary>
    public Task<int> RunAsync(Func<IServiceProvider, Task<int>> command, CancellationToken cancellationToken) =>
        RunAsync(createDatabase: false, command, cancellationToken);

    /// <summary>
    /// As <see cref="RunAsync(Func{IServiceProvider, Task{int}}, CancellationToken)"/>, for commands that may be a new user's
    /// first: makes the database where there is none.
    /// </summary>
    public Task<int> RunFirstAsync(Func<IServiceProvider, Task<int>> command, CancellationToken cancellationToken) =>
        RunAsync(createDatabase: true, command, cancellationToken);

    /// <summary>Runs a command in any state of the database.</summary>
    public async Task<int> RunWithoutDatabaseAsync(Func<IServiceProvider, Task<int>> command)
    {
        var builder = ServerBuilder.Create([.. settings]);
        if (SettingProblems.Of(builder.Configuration) is { Count: > 0 } problems)
            return Refuse(problems);

        WebApplication app;
        try
        {
            builder.AddTaskProcessing().Logging.ClearProviders();
            app = builder.Build();
        }
        catch (Exception error) when (StartFailure.Explain(error) is { } explanation)
        {
            return streams.Fail(explanation);
        }

        await using (app)
            return await command(app.Services);
    }

    /// <summary>Names everything that is wrong with the settings.</summary>
    public int Refuse(IReadOnlyList<string> problems)
    {
        streams.Fail(problems.Count == 1 ? "a setting is wrong:" : $"{problems.Count} settings are wrong:");
        foreach (var problem in problems)
            streams.Error.WriteLine($"  {problem}");
        return ExitCode.Failed;
    }

    private Task<int> RunAsync(bool createDatabase, Func<IServiceProvider, Task<int>> command, CancellationToken cancellationToken) =>
        RunWithoutDatabaseAsync(async services =>
        {
            var migrator = services.GetRequiredService<StoreMigrator>();
            var state = await migrator.ReadStateAsync(cancellationToken);
            if (state == SchemaState.Behind)
                return streams.Fail(
                    $"{migrator.Location} was made by an older version; bring it up to date with \"taskprocessing migrate\""
                );
            if (state == SchemaState.Missing && !createDatabase)
                return streams.Fail(
                    $"{migrator.Location} does not exist yet; \"taskprocessing serve\", \"migrate\" or \"user add\" make it"
                );
            if (state == SchemaState.Missing)
                await migrator.MigrateAsync(cancellationToken);

            var raised = new List<TaskNotification>();
            services.GetRequiredService<TaskSignal>().Raised += raised.Add;
            var code = await command(services);

            // Waiting requests of running servers.
            if (raised.Count > 0)
                await services.GetRequiredService<IChangeNotifier>().SendAsync(raised, cancellationToken);
            return code;
        });
}
