using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>
/// Repairs the JSON of workers, whose reports are accepted as far as possible: Python writes half surrogate pairs without
/// an error, and a refused report is lost, because workers ignore the answer. Other routes refuse such JSON.
/// </summary>
internal static class MendedJson
{
    private const int EscapeLength = 6;

    /// <summary>
    /// Makes the route accept JSON with half surrogates and bytes that are no UTF-8, which become U+FFFD; with bare
    /// control characters within texts, which become blanks; and with a byte order mark.
    /// </summary>
    public static TBuilder MendsJson<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Metadata());

    /// <param name="json">A body, as it was sent.</param>
    /// <returns>The same where there is nothing to mend.</returns>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
            json = json[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(json.Span))
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
        if (json.Span.ContainsAnyInRange((byte)0, (byte)0x1f))
            json = WithoutBareControls(json.Span);
        if (json.Span.IndexOf("\\ud"u8) < 0 && json.Span.IndexOf("\\uD"u8) < 0)
            return json;

        var mended = json.ToArray();
        var rest = mended.AsSpan();
        while (rest.IndexOf((byte)'\\') is >= 0 and var at)
        {
            rest = rest[at..];
            var code = CodeOf(rest);
            var isPair = code is >= 0xd800 and < 0xdc00 && CodeOf(rest[EscapeLength..]) is >= 0xdc00 and < 0xe000;
            if (!isPair && code is >= 0xd800 and < 0xe000)
                "\\ufffd"u8.CopyTo(rest);
            // Behind a backslash any character is its own, also another backslash.
            rest = rest[
                Math.Min(
                    rest.Length,
                    isPair ? 2 * EscapeLength
                        : code is null ? 2
                        : EscapeLength
                )..
            ];
        }

        return mended;
    }

    private static byte[] WithoutBareControls(ReadOnlySpan<byte> json)
    {
        var mended = json.ToArray();
        var isText = false;
        for (var at = 0; at < mended.Length; at++)
        {
            if (mended[at] == '"')
                isText = !isText;
            else if (isText && mended[at] == '\\')
                at++;
            else if (isText && mended[at] < ' ')
                mended[at] = (byte)' ';
        }

        return mended;
    }

    /// <summary>The code of the escape at the front; null when there is none of the form <c>\u0000</c>.</summary>
    private static int? CodeOf(ReadOnlySpan<byte> text) =>
        text.Length >= EscapeLength
        && text.StartsWith("\\u"u8)
        && int.TryParse(text[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;

    /// <summary>Marks a route.</summary>
    internal sealed class Metadata;
}
