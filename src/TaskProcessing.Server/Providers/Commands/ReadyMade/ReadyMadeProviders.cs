using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.Commands.Programs;
using TaskProcessing.Server.Providers.Local;

namespace TaskProcessing.Server.Providers.Commands.ReadyMade;

/// <summary>Offers the known programs that are installed, with the languages and voices that they have; looks again from time to time.</summary>
internal sealed partial class ReadyMadeProviders(
    IOptions<ProviderOptions> options, RunProgram runProgram, RunDirectories directories, TimeProvider time, ILogger<ReadyMadeProviders> logger) : ILocalProviderSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly ReadyMadeKit _kit = new(runProgram, directories, options.Value.ReadyMade);

    /// <summary>By name: what was found last, and what was made of it.</summary>
    private readonly Dictionary<string, (string Found, TaskProvider? Provider)> _states = [];

    /// <summary>Those that were asked for before the others.</summary>
    private readonly IReadOnlyList<ReadyMadeProgram> _programs =
    [
        .. from program in ReadyMadeProgram.All
           let use = program.Use(options.Value.ReadyMade)
           where use != ReadyMadeUse.Off && options.Value.ReadyMade.Enabled
           orderby use == ReadyMadeUse.On descending
           select program,
    ];

    public IReadOnlyList<TaskProvider> Providers { get; private set; } = [];

    public event Action? Changed;

    public async Task FollowAsync(CancellationToken stoppingToken)
    {
        if (_programs.Count == 0)
            return;

        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            foreach (var program in _programs)
                await LookAsync(program, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(ReadyMadeProgram program, CancellationToken cancellationToken)
    {
        var (found, provider) = await FindAsync(program, cancellationToken);
        var known = _states.GetValueOrDefault(program.Name);
        if (known.Found == found)
            return;

        _states[program.Name] = (found, provider);
        Report(program, provider);
        if (known.Provider is null && provider is null)
            return;

        Providers = [.. _programs.Select(other => _states.GetValueOrDefault(other.Name).Provider).OfType<TaskProvider>()];
        Changed?.Invoke();
    }

    private async Task<(string Found, TaskProvider? Provider)> FindAsync(ReadyMadeProgram program, CancellationToken cancellationToken)
    {
        var paths = program.Programs.Select(ProgramPath.Find).OfType<string>().ToList();
        if (paths.Count < program.Programs.Count || (_kit.Options.MaxMemoryBytes is not null && !runProgram.CanLimitMemory))
            return ("", null);

        try
        {
            var answer = program.Question.Count == 0 ? "" : await AskAsync(paths[0], program.Question, cancellationToken);
            return ($"{string.Join('\n', paths)}\n{answer}", program.Create(_kit, paths, answer));
        }
        catch (TaskFailedException failure)
        {
            Log.Useless(logger, program.Name, failure.Message);
            return (failure.Message, null);
        }
    }

    private async Task<string> AskAsync(string path, IReadOnlyList<string> question, CancellationToken cancellationToken)
    {
        using var directory = directories.Create();
        return await runProgram.RunAsync(new ProgramCall(path, question, directory) { TimeLimit = TimeSpan.FromSeconds(30) }, logger, cancellationToken);
    }

    private void Report(ReadyMadeProgram program, TaskProvider? provider)
    {
        if (provider is not null)
            Log.Offered(logger, program.Name, provider.Descriptor.TaskType);
        else if (program.Use(_kit.Options) == ReadyMadeUse.On)
            Log.Missing(logger, program.Name, string.Join(", ", program.Programs));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Found {Program}: it serves {TaskType}")]
        public static partial void Offered(ILogger logger, string program, string taskType);

        [LoggerMessage(LogLevel.Warning, "{Program} is wanted but cannot be used: {Programs} must be installed, with at least one language or voice")]
        public static partial void Missing(ILogger logger, string program, string programs);

        [LoggerMessage(LogLevel.Warning, "{Program} is installed but cannot be used: {Problem}")]
        public static partial void Useless(ILogger logger, string program, string problem);
    }
}
