using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Tests.Http;

public sealed class KeyedDigestTests
{
    [Theory]
    [InlineData("ab", "c", "d", "a", "bc", "d")]
    [InlineData("a", "bc", "d", "a", "b", "cd")]
    [InlineData("a", "", "bc", "a", "bc", "")]
    public void Credentials_that_are_the_same_letters_are_told_apart(params string[] six)
    {
        var digests = new KeyedDigest();

        digests.Of(six[0], six[1], six[2]).Should().Be(digests.Of(six[0], six[1], six[2]));
        digests.Of(six[0], six[1], six[2]).Should().NotBe(digests.Of(six[3], six[4], six[5]));
    }
}
