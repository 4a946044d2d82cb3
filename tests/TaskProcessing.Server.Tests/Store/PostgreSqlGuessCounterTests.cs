using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Several nodes that count wrong logins in one PostgreSQL database, by its clock: the tests make stored counts older.</summary>
public sealed class PostgreSqlGuessCounterTests : IAsyncLifetime
{
    private const string Office = "192.0.2.1/32";
    private const string Home = "192.0.2.2/32";

    private static readonly BruteForceOptions Limits = new()
    {
        MaxAttempts = 3,
        MaxNames = 4,
        PeriodSeconds = 3600,
    };

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task Guesses_at_a_name_at_the_same_time_at_three_nodes_are_as_many_as_the_limit()
    {
        IGuessCounter[] nodes = [Node(), Node(), Node()];

        var waits = await Task.WhenAll(Enumerable.Range(0, 24).Select(call => TryAsync(nodes[call % 3], Office, "alice")));

        waits.Count(wait => wait is null).Should().Be(3);
        waits.OfType<TimeSpan>().Should().OnlyContain(wait => wait > TimeSpan.FromMinutes(50) && wait <= TimeSpan.FromHours(1));
        (await TryAsync(Node(), Office, "bob")).Should().BeNull();
        (await TryAsync(Node(), Home, "alice")).Should().BeNull();
    }

    [Fact]
    public async Task Guesses_at_many_names_at_the_same_time_are_as_many_as_the_limit()
    {
        IGuessCounter[] nodes = [Node(), Node(), Node()];

        var waits = await Task.WhenAll(Enumerable.Range(0, 24).Select(call => TryAsync(nodes[call % 3], Office, $"user{call}")));

        waits.Count(wait => wait is null).Should().Be(4);
        (await Node().TryBeginAsync(Office, "(app notes)", countsOtherNames: false, Token)).Should().BeNull();
        (await TryAsync(Node(), Home, "user0")).Should().BeNull();
    }

    [Fact]
    public async Task A_right_login_takes_its_own_count_back_and_no_other()
    {
        await FailAsync(Node(), "alice", times: 2);
        (await TryAsync(Node(), Office, "alice")).Should().BeNull();
        (await TryAsync(Node(), Office, "alice")).Should().NotBeNull();

        await Node().RightAsync(Office, "alice", Token);

        (await TryAsync(Node(), Office, "alice")).Should().BeNull();
        (await TryAsync(Node(), Office, "alice")).Should().NotBeNull();
    }

    [Fact]
    public async Task A_count_is_over_when_it_is_a_period_old_and_is_then_removed()
    {
        await FailAsync(Node(), "alice", times: 1);
        await MakeOlderAsync(TimeSpan.FromMinutes(40));
        await FailAsync(Node(), "alice", times: 2);
        (await TryAsync(Node(), Office, "alice")).Should().BeCloseTo(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(5));

        await MakeOlderAsync(TimeSpan.FromMinutes(25));
        (await TryAsync(Node(), Office, "alice")).Should().BeNull();

        await MakeOlderAsync(TimeSpan.FromMinutes(70));
        await Node().SweepAsync(Token);
        await using var db = _database.OpenContext();
        (await db.Set<GuessCount>().CountAsync(Token)).Should().Be(0);
    }

    [Fact]
    public async Task A_block_is_told_once_by_the_node_at_which_it_began_and_ends_for_all_when_it_is_lifted()
    {
        var (one, two) = (Node(), Node());
        await FailAsync(one, "alice", times: 2);
        await FailAsync(two, "alice", times: 1);
        (await TryAsync(one, Office, "alice")).Should().NotBeNull();

        one.TakeBegun().Should().BeEmpty();
        two.TakeBegun()
            .Should()
            .ContainSingle()
            .Which.Should()
            .Match<BegunBlock>(block => block.Network == Office && block.Name == "alice");
        await two.LiftAsync(Office, "alice", Token);
        one.Forget();
        (await TryAsync(one, Office, "alice")).Should().BeNull();
    }

    [Fact]
    public async Task A_block_on_all_names_is_lifted_but_for_names_that_are_blocked_themselves()
    {
        await FailAsync(Node(), "a", times: 3);
        foreach (var name in new[] { "b", "c", "d" })
            await FailAsync(Node(), name, times: 1);
        (await TryAsync(Node(), Office, "e")).Should().NotBeNull();

        await Node().LiftAsync(Office, name: null, Token);

        (await TryAsync(Node(), Office, "e")).Should().BeNull();
        (await TryAsync(Node(), Office, "a")).Should().NotBeNull();
    }

    [Fact]
    public async Task A_known_block_costs_no_statement_for_a_moment()
    {
        var time = new ManualTimeProvider();
        var node = Node(time);
        await FailAsync(node, "alice", times: 3);
        (await TryAsync(node, Office, "alice")).Should().NotBeNull();
        await MakeOlderAsync(TimeSpan.FromHours(2));

        (await TryAsync(node, Office, "alice")).Should().NotBeNull("it is answered from memory");
        time.Advance(TimeSpan.FromSeconds(2));
        (await TryAsync(node, Office, "alice")).Should().BeNull();
    }

    private PostgreSqlGuessCounter Node(TimeProvider? time = null) => new(_database.Get<Database>(), Limits, time ?? TimeProvider.System);

    private static Task<TimeSpan?> TryAsync(IGuessCounter node, string network, string name) =>
        node.TryBeginAsync(network, name, countsOtherNames: true, Token).AsTask();

    private static async Task FailAsync(IGuessCounter node, string name, int times)
    {
        for (var time = 0; time < times; time++)
            await node.FailedAsync(Office, name, Token);
    }

    private async Task MakeOlderAsync(TimeSpan age)
    {
        await using var db = _database.OpenContext();
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE guess_counts SET last_end = last_end - {(long)age.TotalMilliseconds},
                ends = ARRAY(SELECT entry - {(long)
                age.TotalMilliseconds} FROM unnest(ends) WITH ORDINALITY AS entries(entry, place) ORDER BY place)
            """,
            Token
        );
    }
}
