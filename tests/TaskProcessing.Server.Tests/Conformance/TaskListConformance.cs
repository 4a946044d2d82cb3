using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>Lists that are read in portions, because they may be of any length.</summary>
public abstract class TaskListConformance : StoreConformance
{
    /// <summary>As many short tasks as one portion has.</summary>
    private const int Most = 500;

    /// <summary>Two inputs of this length have no place in one portion.</summary>
    private const int Long = 600_000;

    private static readonly TaskQuery OfAlice = new() { Owner = TaskOwner.User("alice") };

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    [Fact]
    public async Task A_list_in_portions_has_every_task_once_in_the_order_of_the_list()
    {
        var ids = await AddAsync([.. Enumerable.Repeat(2, Most + 1)]);
        await AddAsync([2, 2], userId: "bob");

        var byId = await ReadAsync(OfAlice);
        var newestFirst = await ReadAsync(OfAlice with { Page = new TaskPage(Most + 1, Offset: 1) });

        byId.Select(portion => portion.Count).Should().Equal(Most, 1);
        byId.SelectMany(portion => portion).Select(task => task.Id).Should().Equal(ids);
        newestFirst.SelectMany(portion => portion).Select(task => task.Id).Should().Equal(ids.Reverse().Skip(1));
        (await ReadAsync(new TaskQuery { Owner = TaskOwner.User("carol") })).Should().BeEmpty();
    }

    [Fact]
    public async Task A_portion_has_little_text_or_one_task()
    {
        var ids = await AddAsync([2, Long, Long, 3 * Long, 2, 2, 2], outputs: [null, null, null, null, Long, Long, null]);

        var portions = await ReadAsync(OfAlice);

        portions
            .Select(portion => portion.Select(task => task.Id))
            .Should()
            .BeEquivalentTo([ids[..2], ids[2..3], ids[3..4], ids[4..5], ids[5..]], options => options.WithStrictOrdering());
        portions
            .SelectMany(portion => portion)
            .Select(task => task.Output?.Length)
            .Should()
            .Equal(null, null, null, null, Long, Long, null);
    }

    [Fact]
    public async Task Tasks_that_are_removed_between_portions_are_missing_and_all_others_come_once()
    {
        var ids = await AddAsync([.. Enumerable.Repeat(2, Most), 2, 2, 2, Long, Long, 2]);
        // One that was shown, two of the next portion, all of the one after it.
        long[] removed = [ids[0], ids[Most], ids[Most + 2], ids[Most + 4], ids[Most + 5]];
        var seen = new List<long>();

        await foreach (var portion in Tasks.ListPortionsAsync(OfAlice, Token))
        {
            if (seen.Count == 0)
            {
                foreach (var id in removed)
                    (await Tasks.DeleteAsync(id, OfAlice.Owner!.Value, Token)).Should().BeTrue();
                await AddAsync([2]);
            }

            seen.AddRange(portion.Select(task => task.Id));
        }

        seen.Should().Equal(ids[..Most].Concat([ids[Most + 1], ids[Most + 3]]), "a list has the tasks of the moment when it began");
    }

    private async Task<List<IReadOnlyList<ProcessingTask>>> ReadAsync(TaskQuery query)
    {
        var portions = new List<IReadOnlyList<ProcessingTask>>();
        await foreach (var portion in Tasks.ListPortionsAsync(query, Token))
            portions.Add(portion);
        return portions;
    }

    /// <summary>Adds tasks whose inputs and outputs have these lengths; answers their ids.</summary>
    private async Task<long[]> AddAsync(int[] inputs, int?[]? outputs = null, string userId = "alice")
    {
        await using var db = Database.OpenContext();
        var tasks = inputs
            .Select(
                (length, place) =>
                    new ProcessingTask
                    {
                        Type = "test:echo",
                        Status = ProcessingStatus.Successful,
                        UserId = userId,
                        AppId = "notes",
                        Input = new string('a', length),
                        Output = outputs?[place] is { } output ? new string('b', output) : null,
                        ScheduledAt = Now,
                        LastUpdated = Now,
                    }
            )
            .ToArray();
        db.AddRange(tasks);
        await db.SaveChangesAsync(Token);
        return [.. tasks.Select(task => task.Id)];
    }
}
