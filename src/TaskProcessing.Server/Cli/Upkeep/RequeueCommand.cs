using System.CommandLine;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>task requeue</c>: failed tasks run again, named one by one or all of them.</summary>
internal static class RequeueCommand
{
    /// <param name="host">Runs it.</param>
    /// <param name="ids">The argument for task numbers.</param>
    /// <param name="type">The option for a task type.</param>
    public static Command Create(CommandHost host, Argument<long[]> ids, Option<string?> type)
    {
        var failed = new Option<bool>("--failed") { Description = "All failed tasks, instead of those that are named." };
        var command = new Command("requeue", "Has failed tasks run again; their attempts count from 0.") { ids, failed, type };
        command.Validators.Add(result =>
        {
            var all = result.GetValue(failed);
            if (all == result.GetResult(ids) is { Tokens.Count: > 0 })
                result.AddError("Name the tasks, or give --failed for all of them.");
            if (!all && result.GetValue(type) is not null)
                result.AddError("--type goes with --failed.");
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    services =>
                        parsed.GetValue(failed)
                            ? RequeueFailedAsync(services, host.Streams, parsed.GetValue(type), cancellationToken)
                            : RequeueAsync(services, host.Streams, parsed.GetValue(ids)!, cancellationToken),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RequeueAsync(
        IServiceProvider services,
        CommandStreams streams,
        long[] ids,
        CancellationToken cancellationToken
    )
    {
        var requeueTask = services.GetRequiredService<RequeueTask>();
        var exitCode = ExitCode.Ok;
        foreach (var id in ids)
        {
            exitCode |= await requeueTask.RunAsync(id, TaskHistory.Operator, cancellationToken) switch
            {
                { Changed: true } => streams.Print($"Task {id} waits again"),
                { Task: { } task } => streams.Fail($"Task {id} is {TaskView.Name(task.Status)}; only failed tasks can run again"),
                _ => streams.Fail($"There is no task {id}"),
            };
        }

        return exitCode;
    }

    private static async Task<int> RequeueFailedAsync(
        IServiceProvider services,
        CommandStreams streams,
        string? type,
        CancellationToken cancellationToken
    )
    {
        const int batchSize = 500;
        var tasks = services.GetRequiredService<ITaskStore>();
        var requeueTask = services.GetRequiredService<RequeueTask>();
        var failed = new TaskQuery { Type = type, Status = ProcessingStatus.Failed };
        var requeued = 0;
        IReadOnlyList<TaskHead> found = [];
        do
        {
            // Downwards by number: a task that soon fails again does not come by twice.
            found = await tasks.ListHeadsAsync(
                failed with
                {
                    Page = new TaskPage(batchSize, BeforeId: found is [.., var last] ? last.Id : null),
                },
                cancellationToken
            );
            foreach (var task in found)
                requeued += (await requeueTask.RunAsync(task.Id, TaskHistory.Operator, cancellationToken)).Changed ? 1 : 0;
        } while (found.Count == batchSize);

        return streams.Print(requeued == 1 ? "1 task waits again" : $"{requeued} tasks wait again");
    }
}
