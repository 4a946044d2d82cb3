using System.Text.RegularExpressions;
using System.Xml;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Search;

/// <summary>The <c>where</c> of a search.</summary>
/// <param name="Hold">True when a file matches; null when it lacks a property of the condition.</param>
/// <param name="Id">The id that a file must have; null where others may be meant, too.</param>
internal sealed record SearchConditions(Func<StoredFile, bool?> Hold, long? Id = null)
{
    /// <summary>The limit of conditions of a search, with those that join others: each is checked for each file.</summary>
    public const int MaxCount = 50;

    /// <summary>The deepest nesting of conditions.</summary>
    public const int MaxDepth = 10;

    private const int MaxLiteralLength = 250;

    /// <param name="where">Null for everything.</param>
    /// <param name="userId">The searching user.</param>
    /// <exception cref="BadHttpRequestException">It cannot be understood, or is too much.</exception>
    public static SearchConditions Read(XmlElement? where, string userId)
    {
        var count = 0;
        SearchConditions ReadOne(XmlElement condition, int depth)
        {
            if (++count > MaxCount)
                throw new BadHttpRequestException($"A search may have {MaxCount} conditions");
            if (depth > MaxDepth)
                throw new BadHttpRequestException($"The conditions of a search are nested more than {MaxDepth} deep");

            var name = condition.NamespaceURI == DavXml.Dav.NamespaceName ? condition.LocalName : "";
            return name switch
            {
                "and" => And([.. condition.Children().Select(inner => ReadOne(inner, depth + 1))]),
                "or" => Or([.. condition.Children().Select(inner => ReadOne(inner, depth + 1))]),
                "not" when condition.Children().Take(2).ToList() is [var inner] => Not(ReadOne(inner, depth + 1)),
                "is-collection" => new SearchConditions(file => file.IsFolder),
                "eq" or "lt" or "gt" or "lte" or "gte" or "like" => Compare(name, condition, userId),
                _ => throw new BadHttpRequestException(
                    $"The condition \"{condition.LocalName}\" is not supported; and, or, not (of one), eq, lt, gt, lte, gte, like and "
                        + "is-collection are"
                ),
            };
        }

        return where is null ? And([]) : And([.. where.Children().Select(condition => ReadOne(condition, 1))]);
    }

    private static SearchConditions And(IReadOnlyList<SearchConditions> all) =>
        new(
            file => all.Aggregate((bool?)true, (so, condition) => so == false ? false : so & condition.Hold(file)),
            all.Select(condition => condition.Id).FirstOrDefault(id => id is not null)
        );

    private static SearchConditions Or(IReadOnlyList<SearchConditions> any) =>
        new(
            file => any.Aggregate((bool?)false, (so, condition) => so == true ? true : so | condition.Hold(file)),
            any is [var only] ? only.Id : null
        );

    private static SearchConditions Not(SearchConditions other) => new(file => !other.Hold(file));

    private static SearchConditions Compare(string name, XmlElement condition, string userId)
    {
        if (condition.Child(DavXml.Dav + "prop")?.Children().FirstOrDefault() is not { } property)
            throw new BadHttpRequestException($"The condition \"{name}\" names no property");
        if (SearchValues.Find(DavName.Of(property), userId) is not { } value)
        {
            throw new BadHttpRequestException(
                $"Files cannot be searched by the property \"{property.LocalName}\", but by {string.Join(", ", SearchValues.Names)}"
            );
        }

        var text = condition.Child(DavXml.Dav + "literal")?.InnerText ?? "";
        if (text.Length > MaxLiteralLength)
            throw new BadHttpRequestException($"A text to search for may have {MaxLiteralLength} characters");
        if (name == "like")
        {
            var pattern = Pattern(FileName.Normalize(text));
            return new(file => value.Of(file) is { } own ? pattern.IsMatch($"{own}") : null);
        }

        var wanted =
            value.Read(text) ?? throw new BadHttpRequestException($"\"{text}\" is no value of the property \"{property.LocalName}\"");
        return new(
            file => value.Of(file) is { } own ? Holds(name, SearchOrder.Compare(own, wanted)) : null,
            name == "eq" && property.LocalName is "fileid" or "id" ? (long)wanted : null
        );
    }

    private static bool Holds(string name, int way) =>
        name switch
        {
            "eq" => way == 0,
            "lt" => way < 0,
            "gt" => way > 0,
            "lte" => way <= 0,
            _ => way >= 0,
        };

    /// <summary>
    /// <c>%</c> stands for any text, <c>_</c> for one character, after a backslash for themselves; upper and lower case
    /// are the same. The cost is linear in the text for every pattern.
    /// </summary>
    private static Regex Pattern(string like)
    {
        var regex = Regex.Replace(
            like,
            @"\\[%_\\]|[%_]|[^%_\\]+|\\",
            part =>
                part.Value switch
                {
                    "%" => ".*",
                    "_" => ".",
                    @"\%" or @"\_" or @"\\" => Regex.Escape(part.Value[1..]),
                    var text => Regex.Escape(text),
                },
            RegexOptions.NonBacktracking
        );
        return new Regex(
            $"^{regex}\\z",
            RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        );
    }
}
