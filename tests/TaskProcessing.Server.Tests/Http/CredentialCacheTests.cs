using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Tests.Http;

public sealed class CredentialCacheTests
{
    private static readonly VerifiedAccount Alice = new(
        new Account
        {
            Id = "alice",
            PasswordHash = "",
            CreatedAt = default,
        },
        new Credential { AccountId = "alice" }
    );

    private readonly ManualTimeProvider _time = new();
    private readonly CredentialCache _cache;

    public CredentialCacheTests() => _cache = new CredentialCache(_time);

    [Fact]
    public void A_login_is_remembered_for_a_minute_and_for_its_network()
    {
        _cache.Add("here", "alice", "secret", Alice, _cache.Generation);

        _time.Advance(TimeSpan.FromSeconds(59));
        _cache.Find("here", "alice", "secret").Should().Be(Alice);
        _cache.Find("there", "alice", "secret").Should().BeNull();
        _cache.Find("here", "bob", "secret").Should().BeNull();
        _cache.Find("here", "alice", "Secret").Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(1));
        _cache.Find("here", "alice", "secret").Should().BeNull();
    }

    [Fact]
    public void A_verification_from_before_a_change_is_not_remembered_after_it()
    {
        var before = _cache.Generation;
        _cache.Clear();

        _cache.Add("here", "alice", "secret", Alice, before);

        _cache.Find("here", "alice", "secret").Should().BeNull();
    }
}
