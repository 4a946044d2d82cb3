using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>After any sequence of calls the store has the answers and the tasks of <see cref="TaskQueueModel"/>.</summary>
public sealed class TaskQueueProperties
{
    private static readonly Arbitrary<QueueStep[]> Steps = Arb.From(
        Gen.Frequency(
                (6, Gen.Constant(QueueVerb.Schedule)),
                (3, Gen.Constant(QueueVerb.Claim)),
                (12, Gen.Elements(Enum.GetValues<QueueVerb>()))
            )
            .SelectMany(verb =>
                Gen.Choose(0, 9)
                    .SelectMany(task =>
                        Gen.Choose(0, 4)
                            .SelectMany(amount =>
                                Gen.Elements(Enum.GetValues<Standing>()).Select(standing => new QueueStep(verb, task, amount, standing))
                            )
                    )
            )
            .ArrayOf(),
        Shorter
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, 80)]
    [InlineData(DatabaseProvider.PostgreSql, 30)]
    internal async Task The_store_does_what_the_model_does(DatabaseProvider provider, int cases)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var tasks = database.Get<ITaskStore>();
        var upkeep = database.Get<ITaskUpkeep>();
        var run = 0;

        // Every case has a task type and a user of its own, so that all can share one database.
        var property = Prop.ForAll(
            Steps,
            steps => Task.Run(() => AgreeAsync(tasks, upkeep, steps, "case:" + Interlocked.Increment(ref run)))
        );

        await Task.Run(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases).WithStartSize(5).WithEndSize(40), property), Token);
    }

    private static async Task<bool> AgreeAsync(ITaskStore tasks, ITaskUpkeep upkeep, QueueStep[] steps, string name)
    {
        var clock = new ManualTimeProvider();
        var model = new TaskQueueModel();
        var ids = new List<long>();
        var claims = new HashSet<(long Task, long Claim)>();
        TaskOwner[] owners = [.. Enumerable.Range(0, 3).Select(i => TaskOwner.User($"{name} {i}"))];

        foreach (var step in steps)
        {
            var (verb, index, amount, _) = step;
            var now = clock.GetUtcNow();
            var id = ids.Count == 0 ? 0 : ids[index % ids.Count];
            var claim = step.ClaimBeside(model.ClaimOf(id));
            switch (verb)
            {
                case QueueVerb.Schedule:
                    var task = Scheduled(name, owners[amount % owners.Length].UserId!, step.Priority, now);
                    await tasks.AddAsync(task, Token);
                    ids.Add(task.Id);
                    model.Add(task);
                    break;
                case QueueVerb.Claim:
                    var claimed = await tasks.ClaimAsync([new ClaimableType(name, "p" + amount, 1 + index)], amount + 1, "", now, Token);
                    claimed.Select(t => t.Id).Should().Equal(model.Claim("p" + amount, 1 + index, amount + 1, now));
                    claimed.All(t => claims.Add((t.Id, t.Claim))).Should().BeTrue("no claim ever has the number of an earlier one");
                    break;
                case QueueVerb.Progress:
                    Same(
                        await tasks.TryReportProgressAsync(id, claim, amount / 4.0, null, "app worker", now, Token),
                        model.Progress(id, claim, amount / 4.0, now)
                    );
                    break;
                case QueueVerb.Renew:
                    Same(await tasks.TryRenewAsync(id, claim, "app worker", now, Token), model.Renew(id, claim, now));
                    break;
                case QueueVerb.Retry:
                    var named = claim ?? model.ClaimOf(id);
                    Same(
                        await tasks.TryRetryAsync(id, named, now.AddSeconds(amount), 1 + amount, "", "", now, Token),
                        model.Retry(id, named, now.AddSeconds(amount), 1 + amount, now)
                    );
                    break;
                case QueueVerb.Release:
                    Same(
                        await tasks.TryReleaseAsync(id, claim ?? model.ClaimOf(id), "", now, Token),
                        model.Release(id, claim ?? model.ClaimOf(id), now)
                    );
                    break;
                case QueueVerb.Requeue:
                    Same(await tasks.TryRequeueAsync(id, "", now, Token), model.Requeue(id, now));
                    break;
                case QueueVerb.ReturnLost:
                    SameTasks(await upkeep.ReturnLostAsync(1 + amount, 1000, now, Token), model.ReturnLost(1 + amount, now));
                    break;
                case QueueVerb.GiveUpLost:
                    var givenUp = await upkeep.GiveUpLostAsync(1 + amount, 1000, now, Token);
                    var (error, userError) = givenUp is [var any, ..] ? (any.ErrorMessage!, any.UserFacingErrorMessage!) : ("", "");
                    SameTasks(givenUp, model.GiveUpLost(1 + amount, now, error, userError));
                    break;
                case QueueVerb.WakeDelayed:
                    SameTasks(await upkeep.WakeDelayedAsync(1000, now, Token), model.WakeDelayed(now));
                    break;
                case QueueVerb.Stream:
                    var since = now.AddSeconds(-amount);
                    Same(
                        await tasks.TryStreamOutputAsync(id, claim, Output(amount), now, since, Token),
                        model.Stream(id, claim, Output(amount), now, since)
                    );
                    break;
                case QueueVerb.Succeed:
                    var success = new TaskEnding(TaskTransition.Succeed) { Output = Output(amount), Progress = 1 };
                    Same(await tasks.TryFinishAsync(id, success, now, Token), model.Succeed(id, Output(amount), now));
                    break;
                case QueueVerb.Fail:
                    var failure = new TaskEnding(TaskTransition.Fail) { ErrorMessage = "error " + amount, Claim = claim };
                    Same(await tasks.TryFinishAsync(id, failure, now, Token), model.Fail(id, claim, "error " + amount, now));
                    break;
                case QueueVerb.Cancel:
                    Same(await tasks.TryCancelAsync(id, "", now, Token), model.Cancel(id, now));
                    break;
                case QueueVerb.Delete:
                    var owner = model.Tasks.FirstOrDefault(t => t.Id == id)?.Owner ?? owners[0];
                    (await tasks.DeleteAsync(id, owner, Token)).Should().Be(model.Delete(id));
                    break;
                case QueueVerb.Wait:
                    clock.Advance(TimeSpan.FromSeconds(1 + amount));
                    break;
            }

            (await tasks.ListAsync(new TaskQuery { Type = name }, Token))
                .Select(Text)
                .Should()
                .Equal(model.Tasks.Select(Text), "that is what {0} should have done", verb);
        }

        (await tasks.CountQueueAsync([name], Token))
            .Should()
            .Be(
                new QueueCounts(
                    model.Tasks.Count(task => task.Status == ProcessingStatus.Scheduled),
                    model.Tasks.Count(task => task.Status == ProcessingStatus.Running)
                )
            );
        (await tasks.CountEndedAsync([name], Token))
            .Should()
            .Equal(
                model
                    .Tasks.Where(task => task.Status.IsFinal())
                    .GroupBy(task => task.Status)
                    .ToDictionary(group => group.Key, group => group.Count())
            );
        (await tasks.AnyScheduledAsync([name], Token))
            .Should()
            .Be(model.Tasks.Any(t => t.Status == ProcessingStatus.Scheduled && t.NotBefore is null));
        return true;

        void Same(TaskChange change, bool changed)
        {
            change.Changed.Should().Be(changed);
            Text(change.Task).Should().Be(Text(model.Tasks.FirstOrDefault(task => task.Id == change.Task?.Id)));
        }

        // Earlier cases left tasks in the database that the clock of this one finds lost too.
        void SameTasks(IReadOnlyList<ProcessingTask> changed, List<long> expected) =>
            changed.Where(t => t.Type == name).Select(t => t.Id).Should().BeEquivalentTo(expected);
    }

    /// <summary>Every field of a task; comparing texts is a hundred times as fast as comparing graphs.</summary>
    private static string Text(ProcessingTask? task)
    {
        if (task is null)
            return "";

        var events = TaskHistory.Read(task.History).Select(entry => (entry.At, entry.Kind));
        return JsonSerializer.Serialize(
            new
            {
                Task = JsonSerializer.SerializeToNode(task)!.AsObject().Where(field => field.Key != nameof(task.History)),
                Events = string.Join(' ', events),
            }
        );
    }

    private static string Output(int amount) => $$"""{"output":{{amount}}}""";

    private static ProcessingTask Scheduled(string name, string user, int priority, DateTimeOffset now) =>
        new()
        {
            Type = name,
            Status = ProcessingStatus.Scheduled,
            UserId = user,
            Priority = priority,
            AppId = "test",
            Input = "{}",
            ScheduledAt = now,
            LastUpdated = now,
        };

    /// <summary>A failing case without any one of its steps.</summary>
    private static IEnumerable<QueueStep[]> Shorter(QueueStep[] steps) =>
        steps.Select((_, skipped) => steps.Where((_, i) => i != skipped).ToArray());
}
