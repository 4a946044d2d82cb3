using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TaskProcessing.Server.Http.Texts;

/// <summary>
/// A language of answers. The code has the English texts; the other languages are the JSON files beside this one, English
/// text to translation. Texts without a translation stay English: the display names <c>Chat</c> and <c>Translate</c>, by
/// which Nextcloud's Android app finds these task types, and all texts of apps.
/// </summary>
internal sealed class AnswerLanguage
{
    private static readonly FrozenDictionary<string, AnswerLanguage> Translated = new[] { "de", "fr" }.ToFrozenDictionary(
        code => code,
        code => new AnswerLanguage(code, Read(code)),
        StringComparer.OrdinalIgnoreCase
    );

    private readonly FrozenDictionary<string, string> _texts;

    private AnswerLanguage(string code, FrozenDictionary<string, string> texts)
    {
        Code = code;
        _texts = texts;
    }

    public static AnswerLanguage English { get; } = new("en", FrozenDictionary<string, string>.Empty);

    /// <summary>Such as <c>de</c>.</summary>
    public string Code { get; }

    /// <summary>The available language that the caller prefers.</summary>
    public static AnswerLanguage Of(HttpRequest request)
    {
        if (
            request.Headers.AcceptLanguage.Count == 0
            || !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var wishes)
        )
            return English;

        foreach (var wish in wishes.OrderByDescending(wish => wish.Quality ?? 1))
        {
            var code = wish.Value.Value!.Split('-')[0];
            if (Translated.TryGetValue(code, out var language))
                return language;
            if (code.Equals(English.Code, StringComparison.OrdinalIgnoreCase))
                return English;
        }

        return English;
    }

    public string Translate(string english) => _texts.GetValueOrDefault(english, english);

    private static FrozenDictionary<string, string> Read(string code)
    {
        using var stream = typeof(AnswerLanguage).Assembly.GetManifestResourceStream($"texts.{code}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary();
    }
}
