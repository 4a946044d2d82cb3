using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>
/// A statement of the hot paths. It is created once and recognised by its identity, so that a connection finds its
/// prepared statement without comparing texts.
/// </summary>
/// <param name="text">
/// SQL that every database understands; <c>{0}</c>, <c>{1}</c>, … stand for the values. A value that may be null says its
/// type at one of its places, <c>{3:text}</c>, as a prepared statement keeps the types of its values.
/// </param>
internal sealed partial class Statement(string text)
{
    /// <summary>
    /// Follows UPDATE or INSERT where a failure undoes the whole write, so that the database need not be able to undo
    /// this statement alone: it changes one row, or rows that cannot break a rule.
    /// </summary>
    public const string OrFail = "{or fail}";

    private readonly ImmutableDictionary<int, string> _types = Place()
        .Matches(text)
        .Where(place => place.Groups["type"].Success)
        .ToImmutableDictionary(place => Number(place), place => place.Groups["type"].Value);

    /// <summary>The text as a database wants it.</summary>
    /// <param name="mark">The prefix of its parameters, which are numbered from 1: <c>?1</c>, <c>$1</c>.</param>
    /// <param name="orFail">Its words for <see cref="OrFail"/>; null where it has none.</param>
    public string For(char mark, string? orFail) =>
        Place()
            .Replace(
                text.Replace(OrFail + " ", orFail is null ? "" : orFail + " ", StringComparison.Ordinal),
                place => $"{mark}{Number(place) + 1}"
            );

    /// <summary>The type of a value that may be null: text, integer, bigint, double or boolean.</summary>
    public string TypeOf(int place) =>
        _types.GetValueOrDefault(place)
        ?? throw new InvalidOperationException($"A statement takes null as value {place}, but says no type for it: {text}");

    private static int Number(Match place) => int.Parse(place.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{(?<number>\d+)(:(?<type>[a-z]+))?\}")]
    private static partial Regex Place();
}
