using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>Damages texts in ways that their readers may not expect. The same random numbers do the same damage.</summary>
internal sealed partial class Mutator(Random random)
{
    public Random Random => random;

    public T Pick<T>(ImmutableArray<T> from) => from[random.Next(from.Length)];

    public bool Chance(double of) => random.NextDouble() < of;

    /// <summary>A value of any kind, as text.</summary>
    public string Value() => Pick(Chance(0.4) ? Nasties.Numbers : Nasties.Texts);

    /// <summary>Any text, changed anywhere, without regard to what it means.</summary>
    public string Text(string text)
    {
        var at = random.Next(text.Length + 1);
        var end = Math.Min(text.Length, at + 1 + random.Next(random.Next(2) == 0 ? 4 : 64));
        return random.Next(8) switch
        {
            0 => text[..at] + Value() + text[at..],
            1 => text[..at] + text[end..],
            2 => text[..end] + text[at..],
            3 => text[..at],
            4 => text[..at] + Value() + text[end..],
            5 when at < text.Length => text[..at] + (char)(text[at] ^ (1 << random.Next(8))) + text[(at + 1)..],
            6 when at < text.Length => text[..at] + (char)random.Next(256) + text[(at + 1)..],
            _ => Value(),
        };
    }

    /// <summary>The value of a header, or one of the things in it.</summary>
    public string Header(string value) =>
        random.Next(4) switch
        {
            0 => Value(),
            1 => Text(value),
            2 => ReplaceOne(value, Word(), word => Chance(0.7) ? Value() : Text(word)),
            _ => ReplaceOne(value, Word(), word => word + Pick([",", ";", " ", "=", "-", ", "]) + word),
        };

    /// <summary>A path with a query: its segments, its parameters and their escapes.</summary>
    public string Path(string path)
    {
        var parts = path.Split('?', 2);
        if (Chance(0.5))
            return parts[0] + "?" + Query(parts.Length > 1 ? parts[1] : "");

        var segments = parts[0].Split('/').ToList();
        var at = random.Next(1, Math.Max(2, segments.Count));
        if (at >= segments.Count)
            segments.Add("");
        switch (random.Next(7))
        {
            case 0:
                segments[at] = Escaped(Value());
                break;
            case 1:
                segments.Insert(at, Escaped(Value()));
                break;
            case 2:
                segments.RemoveAt(at);
                break;
            case 3:
                segments[at] = string.Concat(segments[at].Select(letter => Chance(0.5) ? $"%{(int)letter:x2}" : $"{letter}"));
                break;
            case 4:
                segments[at] += Pick(["/", "//", "/.", "/..", "%2f", ";a=b", "%00", ".json", "%20", "\\", "?", "%"]);
                break;
            case 5:
                segments[at] = Pick(Nasties.Numbers);
                break;
            default:
                segments[at] = Text(segments[at]);
                break;
        }

        return WithoutEnd(string.Join('/', segments)) + (parts.Length > 1 ? "?" + parts[1] : "");
    }

    /// <summary>Fields as of a query or a form.</summary>
    public string Query(string query)
    {
        var fields = query.Split('&').ToList();
        var at = random.Next(fields.Count);
        var pair = fields[at].Split('=', 2);
        fields[at] = random.Next(7) switch
        {
            0 => pair[0] + "=" + Escaped(Value()),
            1 => pair[0] + Pick(["[]", "[a]", "[0]", "[a][b]", "[", "]", "[[]]", "%00", "."]) + "=" + (pair.Length > 1 ? pair[1] : ""),
            2 => fields[at] + "&" + Pick(Nasties.Names) + "=" + Escaped(Value()),
            3 => fields[at] + "&" + fields[at],
            4 => Text(fields[at]),
            5 => Escaped(Value()) + (pair.Length > 1 ? "=" + pair[1] : ""),
            _ => pair[0],
        };
        return WithoutEnd(string.Join('&', fields));
    }

    /// <summary>Parts of a form, their heads and the marks between them.</summary>
    public string Multipart(string body) =>
        random.Next(6) switch
        {
            0 => ReplaceOne(body, Boundary(), mark => Pick([mark + "--", mark + mark, mark + "x", "--", mark.TrimEnd(), "--b\r\n", ""])),
            1 => ReplaceOne(body, PartHead(), head => head + Pick(["\r\n", "; filename*=UTF-8''%ff", "; name=\"b\"", "\r\nA: b", ": :"])),
            2 => ReplaceOne(body, Quoted(), text => $"\"{Value()}\""),
            3 => ReplaceOne(body, LineEnd(), _ => Pick(["\n", "\r", "", "\r\n\r\n", " \r\n", "\0\r\n"])),
            4 => ReplaceOne(
                body,
                PartHead(),
                _ =>
                    Pick([
                        "Content-Transfer-Encoding: base64",
                        "Content-Type: a/b; charset=utf-16",
                        "Content-Disposition: form-data",
                        ":",
                        "A",
                    ])
            ),
            _ => Text(body),
        };

    /// <summary>Elements, names and the marks between them.</summary>
    public string Xml(string xml) =>
        random.Next(8) switch
        {
            0 => ReplaceOne(xml, Tag(), tag => tag + Pick(Nasties.Xml)),
            1 => ReplaceOne(xml, Tag(), _ => ""),
            2 => ReplaceOne(xml, Tag(), tag => tag + tag),
            3 => ReplaceOne(xml, Tag(), tag => Tag().Matches(xml) is { Count: > 0 } all ? all[random.Next(all.Count)].Value : tag),
            4 => Pick(Nasties.Xml) + xml,
            5 => ReplaceOne(xml, XmlText(), text => Chance(0.5) ? Value() : Pick(Nasties.Xml)),
            6 => ReplaceOne(xml, Word(), _ => Value()),
            _ => Text(xml),
        };

    /// <summary>As it is, or with its odd bytes escaped as browsers do.</summary>
    public string Escaped(string text) =>
        Chance(0.3)
            ? WithoutEnd(text)
            : string.Concat(
                text.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? $"{letter}" : $"%{(int)letter:X2}")
            );

    public string ReplaceOne(string text, Regex what, Func<string, string> with)
    {
        var all = what.Matches(text);
        if (all.Count == 0)
            return Text(text);

        var one = all[random.Next(all.Count)];
        return text[..one.Index] + with(one.Value) + text[(one.Index + one.Length)..];
    }

    /// <summary>In the first line of a request a blank or an end of a line ends the path, and nothing after it is read as one.</summary>
    private string WithoutEnd(string path) =>
        Chance(0.98) ? path.Replace(" ", "%20").Replace("\r", "%0D").Replace("\n", "%0A").Replace("\0", "%00") : path;

    [GeneratedRegex(@"[^\s,;=""<>()\[\]/:]+")]
    private static partial Regex Word();

    [GeneratedRegex("--[A-Za-z0-9]+\r\n")]
    private static partial Regex Boundary();

    [GeneratedRegex("(?<=\n)[A-Za-z-]+:[^\r\n]*")]
    private static partial Regex PartHead();

    [GeneratedRegex("\"[^\"\r\n]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("\r\n")]
    private static partial Regex LineEnd();

    [GeneratedRegex("<[^<>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("(?<=>)[^<>]*(?=<)")]
    private static partial Regex XmlText();
}
