using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>The receivers in docs/webhooks.md do what they say, with deliveries of a real server.</summary>
public sealed class WebhookDocumentTests
{
    private const string Secret = "a secret of more than sixteen characters";
    private const string OlderSecret = "the secret that came before it";

    [Theory]
    [InlineData("python", "python3", "receiver.py", Secret, 204)]
    [InlineData("python", "python3", "receiver.py", "another secret, just as long", 401)]
    [InlineData("js", "node", "receiver.mjs", Secret, 204)]
    [InlineData("js", "node", "receiver.mjs", "another secret, just as long", 401)]
    [InlineData("python", "python3", "receiver.py", OlderSecret, 204)]
    [InlineData("js", "node", "receiver.mjs", OlderSecret, 204)]
    public async Task A_documented_receiver_takes_what_is_genuine_and_nothing_else(string language, string program, string file, string secret, int status)
    {
        var folder = new TemporaryFolder();
        var script = Path.Combine(folder.Path, file);
        await File.WriteAllTextAsync(script, Snippet(language));
        await using var server = await TestServer.StartAsync(settings: WebhookReceiver.Settings(more: [("Webhooks:Secret", Secret), ("Webhooks:OlderSecrets:0", OlderSecret)]));
        var port = FreePort();
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
        var lines = File.ReadLines(Path.Combine(Repository.Root, "docs", "webhooks.md")).SkipWhile(line => line != $"```{language}").Skip(1).TakeWhile(line => line != "```");
        return string.Join('\n', lines);
    }

    private static Process Start(string program, string[] arguments, string secret)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{program} is not installed");
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["WEBHOOK_SECRET"] = secret;
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
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
