using Microsoft.Extensions.Options;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>
/// Offers the known programs that are installed, with the languages and voices that they have; looks again from time to time.
/// </summary>
internal sealed partial class ReadyMadeProviders(
    IOptions<LocalProviderOptions> options,
    RunProgram runProgram,
    RunDirectories directories,
    TimeProvider time,
    ILogger<ReadyMadeProviders> logger
) : ILocalProviderSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ReadyMadeSearch _search = new(
        new ReadyMadeKit(runProgram, directories, options.Value.ReadyMade),
        runProgram,
        directories,
        Patience,
        logger
    );

    /// <summary>By name: the last installation that was found, and the provider made of it.</summary>
    private readonly Dictionary<string, ReadyMadeFound> _states = [];

    /// <summary>The programs that operators asked for, before the others.</summary>
    private readonly IReadOnlyList<ReadyMadeProgram> _programs =
    [
        .. ReadyMadeProgram
            .Wanted(options.Value.ReadyMade)
            .OrderByDescending(wanted => wanted.Use == ReadyMadeUse.On)
            .Select(wanted => wanted.Program),
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
                await RefreshAsync(program, stoppingToken);
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RefreshAsync(ReadyMadeProgram program, CancellationToken cancellationToken)
    {
        var found = await _search.FindAsync(program, cancellationToken);
        if (found.Problem is { } problem)
            Log.Useless(logger, program.Name, problem);
        var known = _states.GetValueOrDefault(program.Name);
        if (known?.State == found.State)
            return;

        _states[program.Name] = found;
        Report(program, found.Provider);
        if (known?.Provider is null && found.Provider is null)
            return;

        Providers = [.. _programs.Select(other => _states.GetValueOrDefault(other.Name)?.Provider).OfType<TaskProvider>()];
        Changed?.Invoke();
    }

    private void Report(ReadyMadeProgram program, TaskProvider? provider)
    {
        if (provider is not null)
            Log.Offered(logger, program.Name, provider.Descriptor.TaskType);
        else if (program.Use(options.Value.ReadyMade) == ReadyMadeUse.On)
            Log.Missing(logger, program.Name, string.Join(", ", program.Programs));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Found {Program}: it serves {TaskType}")]
        public static partial void Offered(ILogger logger, string program, string taskType);

        [LoggerMessage(
            LogLevel.Warning,
            "{Program} is wanted but cannot be used: {Programs} must be installed, with at least one language or voice"
        )]
        public static partial void Missing(ILogger logger, string program, string programs);

        [LoggerMessage(LogLevel.Warning, "{Program} is installed but cannot be used: {Problem}")]
        public static partial void Useless(ILogger logger, string program, string problem);
    }
}
