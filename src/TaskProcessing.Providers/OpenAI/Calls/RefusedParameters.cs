using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Makes calls without the parameters that an endpoint refuses for a model. Which these are, its refusals say: the call is
/// made again without the one that a refusal names, at once, and later calls leave it out from the start.
/// </summary>
internal sealed partial class RefusedParameters(string endpoint, ILogger logger)
{
    /// <summary>The name of a prompt in a message of its own. Without it the prompt goes into the user's message.</summary>
    public const string SystemRole = "role system";

    public const string MaxTokens = "max_tokens";
    public const string MaxCompletionTokens = "max_completion_tokens";

    /// <summary>Two names of the same thing: where one is refused, the other takes its place.</summary>
    private static readonly Dictionary<string, string> Replacements = new()
    {
        [MaxTokens] = MaxCompletionTokens,
        [MaxCompletionTokens] = MaxTokens,
    };

    private readonly ConcurrentDictionary<(string Model, string Parameter), bool> _refused = new();

    public static bool IsTokensField(string name) => Replacements.ContainsKey(name);

    /// <param name="model">Refusals are remembered for it.</param>
    /// <param name="wanted">The parameters that the call has and can do without.</param>
    /// <param name="call">Makes the call with the given ones of these parameters and no others.</param>
    /// <typeparam name="T">The kind of the answer.</typeparam>
    public async Task<T> CallAsync<T>(string model, IEnumerable<string> wanted, Func<IReadOnlySet<string>, Task<T>> call)
    {
        HashSet<string> refused = [.. _refused.Keys.Where(key => key.Model == model).Select(key => key.Parameter)];
        HashSet<string> sent = [.. wanted.Select(name => Allowed(name, refused)).OfType<string>()];
        List<(string Parameter, string Words)> lasting = [];
        while (true)
        {
            try
            {
                var answer = await call(sent);

                // Only now it is known that the refusal was about these.
                foreach (var (name, words) in lasting)
                {
                    if (_refused.TryAdd((model, name), true))
                        Log.Refused(logger, endpoint, model, name, words);
                }

                return answer;
            }
            catch (Exception error) when (EndpointError.Of(error) is { } refusal && NamedBy(refusal, sent) is not null)
            {
                var name = NamedBy(refusal, sent)!;
                refused.Add(name);
                sent = [.. sent.Where(other => other != name)];

                // A number that is out of bounds is this call's, not the model's.
                if (name != SystemRole && !Refuses().IsMatch(refusal.Body))
                    continue;

                lasting.Add((name, refusal.Text));
                if (Allowed(name, refused) is { } replacement)
                    sent.Add(replacement);
            }
        }
    }

    private static string? Allowed(string name, HashSet<string> refused) =>
        !refused.Contains(name) ? name
        : Replacements.TryGetValue(name, out var other) && !refused.Contains(other) ? other
        : null;

    /// <summary>The sent parameter that the refusal is about; null when it is about none.</summary>
    private static string? NamedBy(EndpointError refusal, HashSet<string> sent)
    {
        if (refusal.Status is 401 or 402 or 403 or 408 or 429 or 502 or 503 or 504)
            return null;
        if (sent.Contains(SystemRole) && RefusesSystem().IsMatch(refusal.Body))
            return SystemRole;
        if (!Refuses().IsMatch(refusal.Body) && !IsOutOfBounds().IsMatch(refusal.Body))
            return null;

        // "You requested 5000 tokens (1000 in the messages, 4000 in the completion)": a shorter answer may fit.
        if (refusal.Body.Contains("in the completion", StringComparison.Ordinal))
            return sent.FirstOrDefault(IsTokensField);

        return refusal.Parameter is { } parameter && sent.Contains(parameter)
            ? parameter
            : sent.Select(name => (name, At: Find(refusal.Body, name)))
                .Where(found => found.At >= 0)
                .OrderBy(found => found.At)
                .Select(found => found.name)
                .FirstOrDefault();
    }

    /// <summary>
    /// The position of a name in a text as a word of its own: in quotation marks of any kind, before a value, or with an
    /// underscore inside.
    /// </summary>
    private static int Find(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var (before, after) = (at > 0 ? text[at - 1] : ' ', at + name.Length < text.Length ? text[at + name.Length] : ' ');
            if (IsNamePart(before) || IsNamePart(after))
                continue;
            if (
                name.Contains('_', StringComparison.Ordinal)
                || before is '\'' or '"' or '`'
                || after is '='
                || RefusesPlainly(text, at, name)
            )
                return at;
        }

        return -1;
    }

    /// <summary>An ordinary word is a parameter's name only where the refusing words are right beside it.</summary>
    private static bool RefusesPlainly(string text, int at, string name)
    {
        var from = Math.Max(0, at - 40);
        return Refuses().IsMatch(text[from..Math.Min(text.Length, at + name.Length + 40)]);
    }

    private static bool IsNamePart(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    [GeneratedRegex(
        """(not|n't) (currently )?(be )?(support|permit|allow|accept)|unsupported|unrecogni[sz]ed|"""
            + """unknown ((name|field|parameter|argument|key)|["'`])|unexpected (keyword|argument|parameter|field|property|key)|"""
            + """extra (inputs|fields)|additional propert|deprecated|no longer|(is|are) not (available|valid|a valid|implemented)|"""
            + """invalid (parameter|argument|field|key)|can(not| ?not|'t) be (used|set|specified)|incompatible|"""
            + """not compatible|only (the )?default""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Refuses();

    [GeneratedRegex(
        """too (large|big|high|small|low|many)|(less|greater|more|smaller) than|at most|at least|maximum|exceed|range|"""
            + """between|must (be|provide)|only supports?|<=|>=""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsOutOfBounds();

    /// <summary>Strict templates count a system message as a user's, and say that the roles do not alternate.</summary>
    [GeneratedRegex(
        """system (role|message|prompt|instruction)s?\W{1,3}(is |are )?(not|un)\W?(currently )?support|(not|n't) ("""
            + """currently )?(support|allow|accept)\w*.{0,30}\bsystem\b|"""
            + """developer instruction is not enabled|roles must alternate|only user and assistant roles|unexpected role\W"""
            + """{1,3}system|invalid role\W{1,3}system""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex RefusesSystem();

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "Endpoint {Endpoint} refuses \"{Parameter}\" for model {Model}; it is left out from now on. The endpoint said: {Words}"
        )]
        public static partial void Refused(ILogger logger, string endpoint, string model, string parameter, string words);
    }
}
