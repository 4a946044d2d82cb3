using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Http;

/// <summary>Section <c>Http</c>: what holds for every request.</summary>
internal sealed class HttpOptions : IValidatableObject
{
    /// <summary>The number of connections that may be open at a time, waiting ones included. Further ones are closed. Default 20000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// The memory, in MB, for the bodies of all open requests that are read as a whole: all but uploads of files, which are streamed. A
    /// body for which there is no room waits up to 20 seconds, then its request is answered 503. Default 128.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BufferedBodiesMegabytes { get; set; } = 128;

    /// <summary>
    /// The days for which a browser that came by https comes by nothing else (<c>Strict-Transport-Security</c>). Default 0: the header
    /// is not sent.
    /// </summary>
    [Range(0, 3650)]
    public int HstsDays { get; set; }

    /// <summary>
    /// Origins, such as <c>https://app.example.org</c>, of other sites whose pages may call the APIs (CORS), with credentials of their own:
    /// the browser sends neither cookies nor passwords that it keeps. Default none.
    /// </summary>
    public List<string> AllowedOrigins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from entry in AllowedOrigins.Select((text, index) => (text, index))
        where !IsOrigin(entry.text)
        select new ValidationResult(
            $"\"{entry.text}\" is no origin like https://app.example.org, without a path",
            [$"{nameof(AllowedOrigins)}:{entry.index}"]
        );

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && text.Equals(address.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
