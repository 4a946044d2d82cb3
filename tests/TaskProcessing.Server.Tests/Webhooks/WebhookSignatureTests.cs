using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>Signatures are those of the Standard Webhooks specification, as a library of another author checks them.</summary>
public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q=";
    private const string OlderSecret = "whsec_dGhlIGtleSB0aGF0IGNhbWUgYmVmb3JlIGl0Li4u";
    private const string AnotherSecret = "whsec_YW5vdGhlciBrZXksIHdoaWNoIGlzIGFzIGxvbmcgYXM=";

    [Fact]
    public void The_published_example_has_the_published_signature() =>
        WebhookKey
            .Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}""")
            .Should()
            .Be("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    /// <remarks>
    /// That library (1.1.2) checks only the first of several signatures; WebhookDocumentTests has receivers that check
    /// all.
    /// </remarks>
    [Theory]
    [InlineData(Secret, "", true)]
    [InlineData(AnotherSecret, "", false)]
    [InlineData(Secret, " ", false)]
    public async Task A_receiver_with_the_library_of_NET_accepts_only_genuine_deliveries(string secret, string appended, bool genuine)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(
            settings: WebhookReceiver.Settings(more: [("Webhooks:Secret", Secret), ("Webhooks:OlderSecrets:0", OlderSecret)])
        );
        await server.EndTaskAsync(receiver.Url);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);
        var request = receiver.Received.Single();
        var headers = new HeaderDictionary(request.Headers.ToDictionary(header => header.Key, header => new StringValues(header.Value)));

        var verify = () => new StandardWebhook(secret).Verify(request.Body + appended, headers);

        if (genuine)
            verify.Should().NotThrow();
        else
            verify.Should().Throw<WebhookVerificationException>();
    }

    [Theory]
    [InlineData(24)]
    [InlineData(64)]
    public void A_key_of_24_to_64_bytes_is_one(int bytes)
    {
        var text = $"whsec_{Convert.ToBase64String(new byte[bytes])}";

        WebhookKey.Problem(text).Should().BeNull();
        WebhookKey.Parse(text).Text.Should().Be(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("a secret of more than sixteen characters")]
    [InlineData("YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q=")]
    [InlineData("WHSEC_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q=")]
    [InlineData("whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q")]
    [InlineData("whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3R=")]
    [InlineData("whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQg bGVhc3Q=")]
    [InlineData("whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQtbGVhc3_=")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_malformed_key_is_refused_without_being_repeated(string text)
    {
        WebhookKey.Problem(text).Should().Contain("openssl rand -base64 32");
        var parse = () => WebhookKey.Parse(text);
        parse.Should().Throw<FormatException>().Which.Message.Should().NotContain(text.Length > 6 ? text : "\n");
    }
}
