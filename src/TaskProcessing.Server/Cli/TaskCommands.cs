using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Cli.Upkeep;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;

namespace TaskProcessing.Server.Cli;

/// <summary><c>task</c>: the tasks of all owners, for operators.</summary>
internal static class TaskCommands
{
    /// <summary>As in Nextcloud.</summary>
    private static readonly TimeSpan DefaultAge = TimeSpan.FromDays(180);

    /// <summary>The statuses of stored tasks.</summary>
    private static readonly ProcessingStatus[] Statuses =
    [
        .. Enum.GetValues<ProcessingStatus>().Where(status => status != ProcessingStatus.Unknown),
    ];

    public static Command Create(CommandHost host) =>
        new("task", "Shows, counts, cancels, reruns and cleans up tasks.")
        {
            List(host),
            Get(host),
            Stats(host),
            Cancel(host),
            RequeueCommand.Create(host, Ids(), TypeOption()),
            CleanUp(host),
        };

    private static Command List(CommandHost host)
    {
        var user = new Option<string?>("--user") { Description = "Only this user's.", HelpName = "ID" };
        var type = TypeOption();
        var status = new Option<string?>("--status") { Description = "Only those in this status." };
        status.AcceptOnlyFromAmong([.. Statuses.Select(TaskView.Name)]);
        var app = new Option<string?>("--app") { Description = "Only those that this app scheduled.", HelpName = "ID" };
        var nextcloud = new Option<string?>("--nextcloud") { Description = "Only those of this connected Nextcloud.", HelpName = "ID" };
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many, the newest.",
            HelpName = "N",
            DefaultValueFactory = _ => 50,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
                result.AddError("--limit must be at least 1.");
        });
        var json = JsonOption();
        var command = new Command("list", "Lists the newest tasks, by id.") { user, type, status, app, nextcloud, limit, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var given = parsed.GetValue(user);
                        var account = given is null
                            ? null
                            : await services.GetRequiredService<IAccountStore>().FindAsync(given, cancellationToken);
                        var query = new TaskQuery
                        {
                            Owner = given is null ? null : TaskOwner.User(account?.Id ?? given),
                            Type = parsed.GetValue(type),
                            Status = parsed.GetValue(status) is { } name ? Enum.Parse<ProcessingStatus>(name, ignoreCase: true) : null,
                            AppId = parsed.GetValue(app),
                            NextcloudId = parsed.GetValue(nextcloud),
                            Page = new TaskPage(parsed.GetValue(limit)),
                        };
                        var tasks = (await services.GetRequiredService<ITaskStore>().ListAsync(query, cancellationToken)).Reverse();
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(tasks.Select(task => TaskView.Json(task)))
                            : TaskView.WriteTable(host.Streams.Out, tasks);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var id = Id();
        var history = new Option<bool>("--history") { Description = "Show its changes, with time and actor." };
        var json = JsonOption();
        var command = new Command("get", "Shows a task, with the error message that its owner does not see.") { id, history, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        if (
                            await services.GetRequiredService<ITaskStore>().FindAsync(parsed.GetValue(id), cancellationToken)
                            is not { } task
                        )
                            return NoSuchTask(host, parsed.GetValue(id));

                        return (parsed.GetValue(json), parsed.GetValue(history)) switch
                        {
                            (true, var withHistory) => host.Streams.WriteJson(TaskView.Json(task, withHistory)),
                            (_, true) => TaskView.WriteHistory(host.Streams.Out, task),
                            _ => TaskView.Write(host.Streams.Out, task),
                        };
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Stats(CommandHost host)
    {
        var type = TypeOption();
        var json = JsonOption();
        var command = new Command("stats", "Counts the tasks in each status.") { type, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        string[] types = parsed.GetValue(type) is { } only ? [only] : [];
                        var counts = await CountAsync(services.GetRequiredService<ITaskStore>(), types, cancellationToken);
                        var all = Statuses
                            .Select(status => (Name: TaskView.Name(status), Count: counts.GetValueOrDefault(status)))
                            .Append((Name: "total", Count: counts.Values.Sum()))
                            .ToList();
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(all.ToDictionary(row => row.Name, row => row.Count))
                            : Table.Write(
                                host.Streams.Out,
                                ["STATUS", "TASKS"],
                                all.Select(row => new[] { row.Name, row.Count.ToString(CultureInfo.InvariantCulture) })
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<IReadOnlyDictionary<ProcessingStatus, int>> CountAsync(
        ITaskStore tasks,
        string[] types,
        CancellationToken cancellationToken
    )
    {
        var queue = await tasks.CountQueueAsync(types, cancellationToken);
        return new Dictionary<ProcessingStatus, int>(await tasks.CountEndedAsync(types, cancellationToken))
        {
            [ProcessingStatus.Scheduled] = queue.Scheduled,
            [ProcessingStatus.Running] = queue.Running,
        };
    }

    private static Command Cancel(CommandHost host)
    {
        var id = Id();
        var command = new Command("cancel", "Cancels a task of any owner.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        if (
                            await services.GetRequiredService<CancelTask>().RunAsync(parsed.GetValue(id), owner: null, cancellationToken)
                            is not { } task
                        )
                            return NoSuchTask(host, parsed.GetValue(id));

                        return task.Status == ProcessingStatus.Cancelled
                            ? host.Streams.Print($"Task {task.Id} is cancelled")
                            : host.Streams.Fail($"Task {task.Id} has ended already: {TaskView.Name(task.Status)}");
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command CleanUp(CommandHost host)
    {
        var olderThan = new Option<TimeSpan?>("--older-than")
        {
            Description = "For how long nothing must have happened to them, such as 180d, 12h or 30m. Default: 180d",
            HelpName = "AGE",
            CustomParser = ParseAge,
        };
        var command = new Command("cleanup", "Removes old tasks, unless they ask to stay.") { olderThan };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var removed = await services
                            .GetRequiredService<RemoveOldTasks>()
                            .RunAsync(parsed.GetValue(olderThan) ?? DefaultAge, cancellationToken);
                        return host.Streams.Print(removed == 1 ? "1 task was removed" : $"{removed} tasks were removed");
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static TimeSpan? ParseAge(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000)
        {
            switch (text[^1])
            {
                case 'd':
                    return TimeSpan.FromDays(count);
                case 'h':
                    return TimeSpan.FromHours(count);
                case 'm':
                    return TimeSpan.FromMinutes(count);
            }
        }

        result.AddError($"\"{text}\" is no age: give a number of days, hours or minutes, such as 180d, 12h or 30m.");
        return null;
    }

    private static Argument<long> Id() =>
        new("ID") { Description = "The task's number.", CustomParser = result => ParseId(result, result.Tokens[0].Value) };

    private static Argument<long[]> Ids() =>
        new("ID")
        {
            Description = "The tasks' numbers.",
            Arity = ArgumentArity.ZeroOrMore,
            CustomParser = result => [.. result.Tokens.Select(token => ParseId(result, token.Value))],
        };

    private static long ParseId(ArgumentResult result, string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            result.AddError($"\"{text}\" is no task number.");
        return id;
    }

    private static Option<string?> TypeOption() =>
        new("--type") { Description = "Only tasks of this type, such as core:text2text.", HelpName = "TYPE" };

    private static Option<bool> JsonOption() => new("--json") { Description = "Write JSON." };

    private static int NoSuchTask(CommandHost host, long id) => host.Streams.Fail($"There is no task {id}");
}
