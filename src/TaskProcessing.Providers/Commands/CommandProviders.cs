using Microsoft.Extensions.Options;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands;

/// <summary>The programs from the configuration, as far as they are installed; looks again from time to time.</summary>
internal sealed partial class CommandProviders : ILocalProviderSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<CommandPlan> _plans;
    private readonly RunProgram _runProgram;
    private readonly RunDirectories _directories;
    private readonly TimeProvider _time;
    private readonly ILogger<CommandProviders> _logger;

    /// <summary>By name: the provider, or null with the reason why there is none.</summary>
    private readonly Dictionary<string, (string? Program, TaskProvider? Provider, string? Problem)> _states = [];

    public CommandProviders(
        IOptions<LocalProviderOptions> options,
        KnownTaskTypes taskTypes,
        RunProgram runProgram,
        RunDirectories directories,
        TimeProvider time,
        ILogger<CommandProviders> logger
    )
    {
        _plans =
        [
            .. options.Value.Commands.Select(command => new CommandPlan(
                command.Key,
                command.Value,
                taskTypes.Find(command.Value.TaskType)!
            )),
        ];
        _runProgram = runProgram;
        _directories = directories;
        _time = time;
        _logger = logger;
        Refresh();
    }

    public IReadOnlyList<TaskProvider> Providers { get; private set; } = [];

    public event Action? Changed;

    public async Task FollowAsync(CancellationToken stoppingToken)
    {
        _directories.RemoveAbandoned();
        if (_plans.Count == 0)
            return;

        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Refresh())
                Changed?.Invoke();
        }
    }

    private bool Refresh()
    {
        var changed = false;
        foreach (var plan in _plans)
        {
            var program = ProgramPath.Find(plan.Options.Program);
            var problem =
                program is null ? $"the program {plan.Options.Program} is not installed"
                : plan.Options.MaxMemoryBytes > 0 && !_runProgram.CanLimit
                    ? "MaxMemoryBytes needs the program prlimit, or sh on Linux, and neither is here"
                : null;
            var known = _states.GetValueOrDefault(plan.Name);
            if (known.Program == program && known.Problem == problem)
                continue;

            changed = true;
            _states[plan.Name] = (
                program,
                problem is null ? new CommandProvider(plan, program!, _runProgram, _directories) : null,
                problem
            );
            if (problem is not null)
                Log.Missing(_logger, plan.Name, problem);
            else
                Log.Offered(_logger, plan.Name, program!, plan.Type.Id);
        }

        Providers = [.. _plans.Select(plan => _states[plan.Name].Provider).OfType<TaskProvider>()];
        return changed;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Command {Name}: {Program} serves {TaskType}")]
        public static partial void Offered(ILogger logger, string name, string program, string taskType);

        [LoggerMessage(LogLevel.Warning, "Command {Name} is not offered: {Problem}")]
        public static partial void Missing(ILogger logger, string name, string problem);
    }
}
