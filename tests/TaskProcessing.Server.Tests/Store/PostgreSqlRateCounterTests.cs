using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Rates;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Several nodes that count calls in one PostgreSQL database, by its clock: the tests make stored events older.</summary>
public sealed class PostgreSqlRateCounterTests : IAsyncLifetime
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(2);

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(20)]
    [InlineData(1500)]
    public async Task Calls_at_the_same_time_at_three_nodes_get_no_more_and_no_less_than_the_limit(int limit)
    {
        IRateCounter[] nodes = [Node(), Node(), Node()];

        var waits = await Task.WhenAll(
            Enumerable.Range(0, limit * 3 / 2).Select(call => nodes[call % 3].TryCountAsync("user alice", limit, Period, Token).AsTask())
        );

        waits.Count(wait => wait is null).Should().Be(limit);
        waits.OfType<TimeSpan>().Should().OnlyContain(wait => wait > TimeSpan.FromHours(1) && wait <= Period * 1.002);
        (await Node().TryCountAsync("user bob", limit, Period, Token)).Should().BeNull("bob has a count of his own");
    }

    [Fact]
    public async Task Each_event_makes_room_when_it_is_a_period_old()
    {
        for (var call = 0; call < 3; call++)
        {
            (await Node().TryCountAsync("user alice", 3, Period, Token)).Should().BeNull();
            await MakeOlderAsync(TimeSpan.FromMinutes(10));
        }

        var wait = await Node().TryCountAsync("user alice", 3, Period, Token);
        wait.Should().BeCloseTo(TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(5));
        await MakeOlderAsync(TimeSpan.FromMinutes(95));
        (await Node().TryCountAsync("user alice", 3, Period, Token)).Should().BeNull("the first has expired");
        (await Node().TryCountAsync("user alice", 3, Period, Token)).Should().NotBeNull("the second has not");
        await MakeOlderAsync(TimeSpan.FromMinutes(15));
        (await Node().TryCountAsync("user alice", 3, Period, Token)).Should().BeNull();
    }

    [Fact]
    public async Task Calls_of_a_full_key_cost_no_statement_until_there_is_room()
    {
        var time = new ManualTimeProvider();
        var node = Node(time);
        (await node.TryCountAsync("user alice", 1, Period, Token)).Should().BeNull();
        var wait = (await node.TryCountAsync("user alice", 1, Period, Token))!.Value;
        await MakeOlderAsync(Period);

        (await node.TryCountAsync("user alice", 1, Period, Token)).Should().Be(wait, "it is answered from memory");
        time.Advance(wait);
        (await node.TryCountAsync("user alice", 1, Period, Token)).Should().BeNull();
    }

    [Fact]
    public async Task Events_from_before_the_clock_was_set_back_block_nobody()
    {
        (await Node().TryCountAsync("user alice", 1, Period, Token)).Should().BeNull();
        await MakeOlderAsync(-TimeSpan.FromDays(30));

        (await Node().TryCountAsync("user alice", 1, Period, Token)).Should().BeNull();
        (await Node().TryCountAsync("user alice", 1, Period, Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task Keys_whose_events_have_expired_are_removed()
    {
        await Node().TryCountAsync("user alice", 1, Period, Token);
        await Node().TryCountAsync("user bob", 1, Period * 2, Token);
        await MakeOlderAsync(Period * 1.5);

        await Node().RemoveExpiredAsync(Token);

        await using var db = _database.OpenContext();
        (await db.Set<RateCount>().Select(count => count.Key).ToListAsync(Token)).Should().Equal("user bob");
    }

    private PostgreSqlRateCounter Node(TimeProvider? time = null) => new(_database.Get<Database>(), time ?? TimeProvider.System);

    private async Task MakeOlderAsync(TimeSpan age)
    {
        await using var db = _database.OpenContext();
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE rate_counts SET last_end = last_end - {(long)age.TotalMilliseconds},
                ends = ARRAY(SELECT entry - {(long)
                age.TotalMilliseconds} FROM unnest(ends) WITH ORDINALITY AS entries(entry, place) ORDER BY place)
            """,
            Token
        );
    }
}
