using System.Globalization;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>
/// A statement of the hot paths. It is made once and known by its identity, so that a connection finds what it has
/// prepared without comparing texts.
/// </summary>
/// <param name="text">SQL that every database understands; <c>{0}</c>, <c>{1}</c>, … stand for the values.</param>
internal sealed partial class Statement(string text)
{
    /// <summary>The text as a database wants it, which numbers its parameters from 1: <c>?1</c>, <c>$1</c>.</summary>
    public string For(char mark) => Place().Replace(text, place => $"{mark}{int.Parse(place.ValueSpan[1..^1], CultureInfo.InvariantCulture) + 1}");

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Place();
}
