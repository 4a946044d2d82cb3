using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TaskProcessing.Server.Http.Texts;

/// <summary>
/// A language that answers can be given in. English is what the code says; the others are the JSON files beside this
/// one, English text to translation. What a file does not have stays English: the display names <c>Chat</c> and
/// <c>Translate</c>, because Nextcloud's Android app finds these task types by them, and all that apps bring themselves.
/// </summary>
internal sealed class Language
{
    private static readonly FrozenDictionary<string, Language> Translated =
        new[] { "de", "fr" }.ToFrozenDictionary(code => code, code => new Language(code, Read(code)), StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, string> _texts;

    private Language(string code, FrozenDictionary<string, string> texts)
    {
        Code = code;
        _texts = texts;
    }

    public static Language English { get; } = new("en", FrozenDictionary<string, string>.Empty);

    /// <summary>Such as <c>de</c>.</summary>
    public string Code { get; }

    /// <summary>The language that the caller likes best of those that there are.</summary>
    public static Language Of(HttpRequest request)
    {
        if (request.Headers.AcceptLanguage.Count == 0 || !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var wishes))
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

    public string Say(string english) => _texts.GetValueOrDefault(english, english);

    private static FrozenDictionary<string, string> Read(string code)
    {
        using var stream = typeof(Language).Assembly.GetManifestResourceStream($"texts.{code}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary();
    }
}
