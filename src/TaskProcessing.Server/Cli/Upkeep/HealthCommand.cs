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
        command.Hidden = true;
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
            return answer.IsSuccessStatusCode ? host.Streams.Say(text) : host.Streams.Fail(text);
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

    /// <summary>A server that listens on every address is asked on this machine's own.</summary>
    private static Uri OwnAddress(CommandHost host)
    {
        var urls = ServerBuilder.Create([.. host.Settings]).Configuration["Urls"] ?? "";
        var first = urls.Split(';')[0];
        foreach (var everywhere in (ReadOnlySpan<string>)["//0.0.0.0", "//[::]", "//*", "//+"])
            first = first.Replace(everywhere, "//127.0.0.1", StringComparison.Ordinal);
        return Uri.TryCreate(first, UriKind.Absolute, out var own)
            ? new Uri(own, "/health/ready")
            : throw new ArgumentException($"Urls is \"{urls}\", which is no address");
    }
}
