using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Webhooks;

/// <summary>The receiver of a webhook, read from the task's <c>webhookMethod</c> and <c>webhookUri</c>.</summary>
internal abstract partial record WebhookTarget
{
    /// <summary>As long as a name can be.</summary>
    private const int LongestHost = 253;

    private WebhookTarget() { }

    /// <summary>The receiver without anything secret: scheme, host and port, or the app.</summary>
    public abstract string Place { get; }

    /// <summary>An address on the net: <c>HTTP:POST</c> and the like.</summary>
    public sealed record Address(HttpMethod Method, Uri Uri) : WebhookTarget
    {
        public override string Place => Uri.GetLeftPart(UriPartial.Scheme) + Uri.Authority;
    }

    /// <summary>A provider app: <c>AppAPI:APP:POST</c> and the like, with a path.</summary>
    public sealed record App(string AppId, HttpMethod Method, string Path) : WebhookTarget
    {
        public override string Place => $"app {AppId}";
    }

    /// <summary>A receiver that cannot be called.</summary>
    public sealed record Nowhere(string Reason) : WebhookTarget
    {
        public override string Place => "nowhere";
    }

    public static WebhookTarget Parse(string method, string uri)
    {
        if (HttpForm().Match(method) is { Success: true } http)
        {
            return
                Uri.TryCreate(uri, UriKind.Absolute, out var address)
                && address.Scheme is "http" or "https"
                && address.Host.Length is > 0 and <= LongestHost
                ? new Address(new HttpMethod(http.Groups["verb"].Value), address)
                : new Nowhere("webhookUri is no http or https address");
        }

        if (AppForm().Match(method) is not { Success: true } app)
            return new Nowhere(
                $"\"{method}\" is no webhookMethod: it must be HTTP:VERB or AppAPI:APP:VERB, with GET, POST, PUT or DELETE in capitals"
            );

        return uri.StartsWith('/')
            ? new App(app.Groups["app"].Value, new HttpMethod(app.Groups["verb"].Value), uri)
            : new Nowhere("webhookUri of an app must be a path that begins with /");
    }

    [GeneratedRegex(@"^HTTP:(?<verb>GET|POST|PUT|DELETE)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex HttpForm();

    [GeneratedRegex(@"^AppAPI:(?<app>[^:]+):(?<verb>GET|POST|PUT|DELETE)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AppForm();
}
