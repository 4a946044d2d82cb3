using System.Collections.Immutable;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The <c>If</c> header: lists of conditions, of which one list must hold as a whole.</summary>
internal sealed record IfHeader(ImmutableArray<IfList> Lists)
{
    private const int MaxConditions = 100;

    /// <summary>The limit of resources: each costs as many statements as its path has names. Clients name two, for COPY and MOVE.</summary>
    private const int MaxResources = 10;

    /// <summary>The message for a malformed header.</summary>
    public static string Unreadable { get; } =
        $"The If header cannot be read, or has more than {MaxConditions} conditions or {MaxResources} resources";

    /// <summary>All lock tokens of the header: naming a token proves that the client holds the lock.</summary>
    public IEnumerable<string> Tokens => Lists.SelectMany(list => list.Conditions).Select(condition => condition.Token).OfType<string>();

    /// <returns>Null when the text is no such header, or one of too many conditions.</returns>
    public static IfHeader? Parse(string text)
    {
        var lists = ImmutableArray.CreateBuilder<IfList>();
        string? resource = null;
        var rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            if (rest[0] == '<')
            {
                if (Take(ref rest, '<', '>') is not { } tag)
                    return null;
                resource = tag;
            }
            else if (Take(ref rest, '(', ')', skipQuotes: true) is { } list && Conditions(list) is { Length: > 0 } conditions)
            {
                lists.Add(new IfList(resource, conditions));
            }
            else
            {
                return null;
            }
        }

        return
            lists.Count == 0
            || lists.Sum(list => list.Conditions.Length) > MaxConditions
            || lists.Select(list => list.Resource).Distinct().Count() > MaxResources
            ? null
            : new IfHeader(lists.ToImmutable());
    }

    private static ImmutableArray<IfCondition>? Conditions(string list)
    {
        var conditions = ImmutableArray.CreateBuilder<IfCondition>();
        var rest = list.AsSpan().Trim();
        while (rest.Length > 0)
        {
            var negated = rest.StartsWith("Not", StringComparison.OrdinalIgnoreCase);
            if (negated)
                rest = rest[3..].TrimStart();

            if (Take(ref rest, '<', '>') is { } token)
                conditions.Add(new IfCondition(negated, token, null));
            else if (Take(ref rest, '[', ']') is { } tag)
                conditions.Add(new IfCondition(negated, null, tag.Trim()));
            else
                return null;
        }

        return conditions.ToImmutable();
    }

    /// <summary>Takes the text between two brackets at the start, and the blanks after it.</summary>
    private static string? Take(ref ReadOnlySpan<char> text, char open, char close, bool skipQuotes = false)
    {
        if (text.Length == 0 || text[0] != open)
            return null;

        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            quoted ^= skipQuotes && text[i] == '"';
            if (quoted || text[i] != close)
                continue;

            var inside = text[1..i].ToString();
            text = text[(i + 1)..].TrimStart();
            return inside;
        }

        return null;
    }
}

/// <summary>Conditions that must hold together.</summary>
/// <param name="Resource">The address that they are about; null for that of the request.</param>
/// <param name="Conditions">At least one.</param>
internal sealed record IfList(string? Resource, ImmutableArray<IfCondition> Conditions);

/// <summary>A lock token that the resource is locked with, or an ETag (with quotes) that it has; or just not.</summary>
internal sealed record IfCondition(bool Negated, string? Token, string? ETag);
