using System.Net;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>Users must not reach the inside of the server's network by webhooks.</summary>
public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("192.0.0.192")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    public void Special_addresses_are_not_public(string address) => PublicAddress.IsOne(IPAddress.Parse(address)).Should().BeFalse();

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:800::200e")]
    public void All_others_are(string address) => PublicAddress.IsOne(IPAddress.Parse(address)).Should().BeTrue();

    [Theory]
    [InlineData("all", "any.example", "10.0.0.1", true)]
    [InlineData("10.0.0.0/8", "any.example", "10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "any.example", "::ffff:10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "any.example", "11.0.0.1", true)]
    [InlineData("10.0.0.0/8", "any.example", "192.168.0.1", false)]
    [InlineData("192.168.0.1", "any.example", "192.168.0.1", true)]
    [InlineData("192.168.0.1", "any.example", "192.168.0.2", false)]
    [InlineData("::ffff:10.0.0.1", "any.example", "10.0.0.1", true)]
    [InlineData("fd00::/8", "any.example", "fd00::1", true)]
    [InlineData("hooks.internal", "HOOKS.internal", "10.0.0.1", true)]
    [InlineData("hooks.internal", "other.internal", "10.0.0.1", false)]
    public void Allowed_targets_are_called(string allowed, string host, string address, bool isAllowed) =>
        new AddressGuard(Options.Create(new WebhookOptions { AllowedTargets = [allowed] }))
            .Allows(host, IPAddress.Parse(address))
            .Should()
            .Be(isAllowed);

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("0")]
    public async Task However_loopback_is_called_it_is_refused_for_good_and_nothing_is_sent(string host)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync();
        server.ExpectedLog.Add("was not delivered, after 1 attempt");

        await server.EndTaskAsync($"http://{host}:{receiver.Port}/hook");

        var refused = await server.DeliveryBecomesAsync(WebhookState.Refused);
        refused.LastProblem.Should().Contain("Webhooks:AllowedTargets");
        refused.NextAttemptAt.Should().BeNull();
        receiver.Received.Should().BeEmpty();
    }

    [Fact]
    public async Task A_name_can_be_allowed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(settings: WebhookReceiver.Settings("localhost"));

        await server.EndTaskAsync($"http://localhost:{receiver.Port}/hook");

        await server.DeliveryBecomesAsync(WebhookState.Delivered);
    }

    [Theory]
    [InlineData("http:post", "http://127.0.0.1/")]
    [InlineData("HTTP:PATCH", "http://127.0.0.1/")]
    [InlineData("HTTP:POST\n", "http://127.0.0.1/")]
    [InlineData("POST", "http://127.0.0.1/")]
    [InlineData("HTTP:POST", "ftp://127.0.0.1/")]
    [InlineData("HTTP:POST", "/path")]
    [InlineData("HTTP:POST", "http://")]
    [InlineData("HTTP:POST", "file:///etc/passwd")]
    [InlineData("AppAPI:app:POST", "http://127.0.0.1/")]
    [InlineData("AppAPI::POST", "/")]
    [InlineData("AppAPI:app:post", "/")]
    public async Task A_target_that_cannot_be_called_is_refused_with_the_reason(string method, string uri)
    {
        await using var server = await TestServer.StartAsync();
        server.ExpectedLog.Add("was not delivered, after 1 attempt");

        await server.EndTaskAsync(uri, method);

        (await server.DeliveryBecomesAsync(WebhookState.Refused)).LastProblem.Should().MatchRegex("webhook(Uri|Method)");
    }
}
