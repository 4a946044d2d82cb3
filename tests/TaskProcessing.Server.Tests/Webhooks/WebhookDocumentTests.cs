using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>The receivers in docs/webhooks.md work, with deliveries of a real server.</summary>
public sealed class WebhookDocumentTests
{
    private const string Secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Q=";
    private const string OlderSecret = "whsec_dGhlIGtleSB0aGF0IGNhbWUgYmVmb3JlIGl0Li4u";
    private const string AnotherSecret = "whsec_YW5vdGhlciBrZXksIHdoaWNoIGlzIGFzIGxvbmcgYXM=";

    [Theory]
    [InlineData("python", "python3", "receiver.py", Secret, 204)]
    [InlineData("python", "python3", "receiver.py", AnotherSecret, 401)]
    [InlineData("js", "node", "receiver.mjs", Secret, 204)]
    [InlineData("js", "node", "receiver.mjs", AnotherSecret, 401)]
    [InlineData("python", "python3", "receiver.py", OlderSecret, 204)]
    [InlineData("js", "node", "receiver.mjs", OlderSecret, 204)]
    public async Task A_documented_receiver_accepts_only_genuine_deliveries(
        string language,
        string program,
        string file,
        string secret,
        int status
    )
    {
        var folder = new TemporaryFolder();
        if (program == "node")
            NpmTools.LinkInto(folder.Path, "standardwebhooks");
        var script = Path.Combine(folder.Path, file);
        await File.WriteAllTextAsync(script, Snippet(language));
        await using var server = await TestServer.StartAsync(
            settings: WebhookReceiver.Settings(more: [("Webhooks:Secret", Secret), ("Webhooks:OlderSecrets:0", OlderSecret)])
        );
        var port = Loopback.FreePort();
        using var receiver = Start(program, [script, port.ToString(CultureInfo.InvariantCulture)], secret);
        try
        {
            await Eventually.BecomesTrue(() => Listens(port) || receiver.HasExited, "the start of the receiver");
            receiver.HasExited.Should().BeFalse();

            var id = await server.EndTaskAsync($"http://127.0.0.1:{port}/");

            await server.DeliveryBecomesAsync(delivery => delivery.LastStatus == status);
            if (status == 204)
                (await receiver.StandardOutput.ReadLineAsync()).Should().Be($"{id} STATUS_CANCELLED");
        }
        finally
        {
            receiver.Kill();
            await receiver.WaitForExitAsync();
        }
    }

    private static string Snippet(string language)
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, "docs", "webhooks.md"))
            .SkipWhile(line => line != $"```{language}")
            .Skip(1)
            .TakeWhile(line => line != "```");
        return string.Join('\n', lines);
    }

    private static Process Start(string program, string[] arguments, string secret)
    {
        var start = new ProcessStartInfo(Programs.Need(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["WEBHOOK_SECRET"] = secret;
        return Process.Start(start)!;
    }

    private static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
