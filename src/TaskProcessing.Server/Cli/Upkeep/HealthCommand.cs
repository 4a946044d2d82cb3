using System.CommandLine;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>health</c>: asks a server how it is; for containers, which have no other client inside.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static Command Create(CommandHost host)
    {
        var url = new Argument<Uri?>("URL")
        {
            Description = "What to ask. Default: /health/ready at the first address of Urls.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result =>
            {
                if (!Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address))
                    result.AddError($"\"{result.Tokens[0].Value}\" is no address.");
                return address;
            },
        };
        var command = new Command("health", "Asks a server whether it is ready; exit code 0 when it is.") { url };
        command.SetAction((parsed, cancellationToken) => AskAsync(host, parsed.GetValue(url) ?? OwnAddress(host), cancellationToken));
        return command;
    }

    private static async Task<int> AskAsync(CommandHost host, Uri url, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Timeout };
        try
        {
            using var answer = await client.GetAsync(url, cancellationToken);
            var text = $"{url} answered {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}";
            return answer.IsSuccessStatusCode ? host.Streams.Print(text) : host.Streams.Fail(text);
        }
        catch (Exception error) when (error is HttpRequestException or NotSupportedException or InvalidOperationException)
        {
            return host.Streams.Fail($"{url} cannot be asked: {error.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return host.Streams.Fail($"{url} did not answer within {Timeout.TotalSeconds:0} seconds");
        }
    }

    private static Uri OwnAddress(CommandHost host) =>
        new(Cli.OwnAddress.Of(ServerBuilder.Create([.. host.Settings]).Configuration), "/health/ready");
}
