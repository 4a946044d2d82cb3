using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// Sends every recorded request and compares the whole answer. Deliberate differences are in
/// <see cref="DeliberateDifferences"/>, and are compared as a whole too.
/// </summary>
public sealed class RecordedAnswersTests(RecordedServers servers) : IClassFixture<RecordedServers>
{
    /// <summary>All answers. <see cref="ObservationsTests"/> repeats the observations beside them.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Cases() =>
        from call in RecordedCall.All
        where !call.IsObservation
        select new TheoryDataRow<string, string>(call.Group, call.Name) { TestDisplayName = call.ToString() };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_answer_is_the_recorded_one_or_the_listed_other_one(string group, string name)
    {
        var call = RecordedCall.Find(group, name);
        var server = await servers.ForAsync(call);
        var situation = await Situation.PrepareAsync(server, call);

        var actual = await server.SendAsync(call, situation.Placeholders);

        var recorded = LaterFields.AddTo(call.Answer);
        var expected = DeliberateDifferences
            .Of(call, situation)
            .Aggregate(recorded, (answer, difference) => difference.Instead(call, answer));
        DocumentComparison
            .Differences(expected, actual, situation.Placeholders, server.Now)
            .Should()
            .BeEmpty($"that is what {call} is answered with; the whole answer was {actual}");
        if (expected != recorded)
            DocumentComparison
                .Differences(recorded, actual, situation.Placeholders, server.Now)
                .Should()
                .NotBeEmpty($"{call} is listed as different");
    }

    [Fact]
    public void Every_reason_for_a_difference_has_a_row_in_the_documentation_and_the_other_way_round()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "compatibility.md"))
            .SkipWhile(line => line != "## Different on purpose")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim())
            .Skip(1);

        rows.Should().BeEquivalentTo(DeliberateDifferences.All.Select(difference => difference.Reason).Distinct());
    }
}

/// <summary>The servers that the cases share: each is started when its first case comes.</summary>
public sealed class RecordedServers : IAsyncDisposable
{
    private readonly Dictionary<string, RecordedServer> _servers = [];

    internal async Task<RecordedServer> ForAsync(RecordedCall call)
    {
        var isBare = call.Name.StartsWith("no providers", StringComparison.Ordinal);
        var isLimited = call.Group == "ratelimit";
        var key = $"{isBare} {isLimited}";
        if (!_servers.TryGetValue(key, out var server))
            _servers[key] = server = await RecordedServer.StartAsync(withProviders: !isBare, withRateLimits: isLimited);

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
            await server.DisposeAsync();
    }
}
