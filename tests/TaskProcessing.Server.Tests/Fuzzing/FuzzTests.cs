using TaskProcessing.Server.Tests.Fuzzing.Targets;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>
/// A short run over each surface, always with the same cases; <c>bench/fuzz/run</c> goes on for hours. No input may bring about a status
/// from 500, an answer that is not well-formed or does not end, or an unforeseen line in the log.
/// </summary>
public sealed class FuzzTests(FuzzTests.Arenas arenas) : IClassFixture<FuzzTests.Arenas>
{
    private const int Seed = 1;

    /// <summary>A few seconds for all surfaces together.</summary>
    private const int Requests = 80;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> OfRequests => [.. FuzzTargets.Requests];

    [Theory]
    [MemberData(nameof(OfRequests))]
    public async Task Damaged_requests_break_nothing(string target) => await RunAsync(target, Requests, await arenas.SqliteAsync());

    [Theory]
    [InlineData("json")]
    [InlineData("query")]
    [InlineData("davxml")]
    [InlineData("openapi")]
    public async Task Damaged_requests_break_nothing_with_PostgreSQL(string target) =>
        await RunAsync(target, Requests, await arenas.PostgreSqlAsync());

    [Theory]
    [InlineData("xml", 400)]
    [InlineData("addresses", 300)]
    [InlineData("models", 150)]
    public Task Damaged_input_breaks_nothing(string target, int cases) => RunAsync(target, cases, arena: null);

    [Fact]
    public async Task What_broke_something_once_breaks_nothing_now() => await RepeatAsync(await arenas.SqliteAsync());

    [Fact]
    public async Task What_broke_something_once_breaks_nothing_now_with_PostgreSQL() => await RepeatAsync(await arenas.PostgreSqlAsync());

    private static async Task RunAsync(string target, int cases, Arena? arena)
    {
        var finds = new List<string>();
        await using (var run = new FuzzRun(target, Seed, arena))
            await run.RunAsync(0, cases, (number, find) => finds.Add($"case {number}: {find.Problem}\n{find.Input}"), Token);

        finds.Should().BeEmpty($"bench/fuzz/run --target {target} --seed {Seed} does the same");
    }

    private static async Task RepeatAsync(Arena arena)
    {
        var target = new RequestTarget("finds", arena, (_, _) => throw new InvalidOperationException());

        foreach (var kept in Seeds.Kept("finds"))
            (await target.JudgeAsync(Seeds.Filled(kept, arena.Fill(1)), Token)).Should().BeNull($"of {kept}");
    }

    /// <summary>One server for each database, so that damage by one request is noticed by the next.</summary>
    public sealed class Arenas : IAsyncDisposable
    {
        private Arena? _sqlite;
        private Arena? _postgreSql;

        internal async Task<Arena> SqliteAsync() => _sqlite ??= await Arena.StartAsync(onPostgreSql: false);

        internal async Task<Arena> PostgreSqlAsync() => _postgreSql ??= await Arena.StartAsync(onPostgreSql: true);

        public async ValueTask DisposeAsync()
        {
            if (_sqlite is not null)
                await _sqlite.DisposeAsync();
            if (_postgreSql is not null)
                await _postgreSql.DisposeAsync();
        }
    }
}
