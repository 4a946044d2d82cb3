using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>Damages whole requests, each method one part of them.</summary>
internal sealed class Damage(Mutator mutator)
{
    /// <summary>Users of all kinds, guests, apps and keys; of each kind one that is none.</summary>
    private static readonly ImmutableArray<string?> Callers =
    [
        null,
        "alice",
        "alice",
        "bob",
        "admin",
        "alice:pw",
        "alice:wrong",
        "bearer:alice",
        "bearer:nonsense",
        "exapp:",
        "exapp:alice",
        "exapp:nosuchuser",
        "exapp-wrong:alice",
        "exapp-unknown:",
        "exapp-disabled:",
        "key:all",
        "key:seven",
        "key:none",
    ];

    private readonly JsonMutator _json = new(mutator);

    /// <summary>Now and then another caller, format, delivery, verb or type, so that each kind of damage meets each of these.</summary>
    public FuzzRequest Surroundings(FuzzRequest request)
    {
        if (mutator.Chance(0.3))
            request = request.With("Accept", mutator.Chance(0.7) ? "application/xml" : mutator.Value());
        if (mutator.Chance(0.05))
            request = request with { Caller = mutator.Pick(Callers) };
        if (request.Body is not null && mutator.Chance(0.15))
            request = request with { Delivery = (Delivery)mutator.Random.Next(4) };
        if (mutator.Chance(0.03))
            request = request with { Method = mutator.Pick(Nasties.Methods) };
        if (request.Body is not null && mutator.Chance(0.05))
            request = request.With("Content-Type", mutator.Pick(Nasties.ContentTypes));
        if (mutator.Chance(0.03))
            request = Headers(request);
        return mutator.Chance(0.02) ? request with { Path = mutator.Path(request.Path) } : request;
    }

    public FuzzRequest AnyCaller(FuzzRequest request) => request with { Caller = mutator.Pick(Callers) };

    public FuzzRequest Json(FuzzRequest request)
    {
        var body = request.Body ?? "{}";
        for (var times = mutator.Random.Next(1, 4); times > 0; times--)
            body = _json.Change(body);
        return request with { Body = body };
    }

    /// <summary>The fields of a body of JSON as a form, damaged.</summary>
    public FuzzRequest Form(FuzzRequest request) =>
        request.With("Content-Type", "application/x-www-form-urlencoded") with
        {
            Body = Times(Encoded(request), mutator.Query),
        };

    /// <summary>The fields of a body of JSON as the parts of a form, damaged; a body that has parts keeps these.</summary>
    public FuzzRequest Multipart(FuzzRequest request)
    {
        if (request.ContentType?.Contains("multipart", StringComparison.Ordinal) == true)
            return request with { Body = Times(request.Body!, mutator.Multipart) };

        var body = new StringBuilder();
        foreach (var (name, value) in JsonMutator.Fields(request.Body ?? "{}") ?? [])
            body.Append(CultureInfo.InvariantCulture, $"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        return request.With("Content-Type", "multipart/form-data; boundary=b") with
        {
            Body = Times(body.Append("--b--\r\n").ToString(), mutator.Multipart),
        };
    }

    /// <summary>The query of a request; the fields of its body go there too.</summary>
    public FuzzRequest Query(FuzzRequest request)
    {
        var query = mutator.Chance(0.5) && request.Body is not null ? Encoded(request) : "";
        var (path, own) = request.Path.Split('?', 2) is [var front, var back] ? (front, back) : (request.Path, "");
        return request with { Path = $"{path}?{Times(own.Length > 0 ? $"{own}&{query}" : query, mutator.Query)}" };
    }

    public FuzzRequest Path(FuzzRequest request) => request with { Path = Times(request.Path, mutator.Path) };

    public FuzzRequest Xml(FuzzRequest request) => request with { Body = Times(request.Body ?? "", mutator.Xml) };

    /// <summary>The headers that are there, and further ones.</summary>
    public FuzzRequest Headers(FuzzRequest request)
    {
        for (var times = mutator.Random.Next(1, 4); times > 0; times--)
        {
            var at = mutator.Random.Next(request.Headers.Length + 1);
            var name = at < request.Headers.Length ? request.Headers[at][0] : mutator.Pick(Nasties.Headers);
            var value = at < request.Headers.Length ? mutator.Header(request.Headers[at][1]) : mutator.Value();
            // An end of a line ends the header, which is worth few of the cases.
            value = mutator.Chance(0.9) ? value.Replace("\r", "").Replace("\n", "").Replace("\0", "") : value;
            request = mutator.Chance(0.15) ? request with { Headers = [.. request.Headers, [name, value]] } : request.With(name, value);
        }

        return request;
    }

    /// <summary>A header that is damaged for sure.</summary>
    public FuzzRequest Header(FuzzRequest request, string name, string usual) =>
        request.With(name, Times(request.Header(name) ?? usual, mutator.Header).Replace("\r", "").Replace("\n", ""));

    /// <summary>The login of the caller stands in the request, and is damaged, also within its Base64.</summary>
    public FuzzRequest Login(FuzzRequest request)
    {
        foreach (var (name, value) in Arena.Credentials(request.Caller))
            request = request.With(name, value);
        const string app = "AUTHORIZATION-APP-API";
        return mutator.Random.Next(5) switch
        {
            0 => request.With(app, TestServer.Base64(Times("alice:secret", mutator.Text))),
            1 => request.With(app, Convert.ToBase64String(Encoding.Latin1.GetBytes(Times("alice:secret", mutator.Text)))),
            2 => Header(request, app, ""),
            3 => Header(request, mutator.Pick(["EX-APP-ID", "EX-APP-VERSION", "AA-VERSION", "Authorization"]), "1.0.0"),
            _ => Headers(request),
        };
    }

    private string Encoded(FuzzRequest request) =>
        string.Join(
            '&',
            (JsonMutator.Fields(request.Body ?? "{}") ?? []).Select(field => $"{mutator.Escaped(field.Key)}={mutator.Escaped(field.Value)}")
        );

    private string Times(string text, Func<string, string> change)
    {
        for (var times = mutator.Random.Next(1, 4); times > 0; times--)
            text = change(text);
        return text;
    }
}
