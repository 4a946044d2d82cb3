using System.Collections.Immutable;
using TaskProcessing.Server.Tests.Contract.Replay;

namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>The surfaces by name.</summary>
internal static class FuzzTargets
{
    /// <summary>Those behind a server.</summary>
    public static ImmutableArray<string> Requests { get; } =
    ["json", "form", "multipart", "query", "ids", "headers", "language", "login", "dav", "davxml", "openapi"];

    /// <summary>Those without one.</summary>
    public static ImmutableArray<string> Direct { get; } = ["xml", "addresses", "models"];

    private static readonly ImmutableArray<RecordedCall> Recorded =
    [
        .. RecordedCall.All.Where(call => !call.IsObservation && call.Group is not "ratelimit"),
    ];

    private static readonly ImmutableArray<RecordedCall> WithJson =
    [
        .. Recorded.Where(call =>
            call.Request.ContainsKey("body") || ((string?)call.Request["bodyText"])?.Contains("boundary", StringComparison.Ordinal) == true
        ),
    ];

    private static readonly ImmutableArray<RecordedCall> Uploads =
    [
        .. Recorded.Where(call => call.Path.EndsWith("/file", StringComparison.Ordinal) && call.Method == "POST"),
    ];

    private static readonly ImmutableArray<RecordedCall> WithTask =
    [
        .. Recorded.Where(call => call.Path.Contains("<task>", StringComparison.Ordinal)),
    ];

    private static readonly ImmutableArray<FuzzRequest> Dav = Seeds.Kept("dav");

    public static IFuzzTarget Without(string name) =>
        name switch
        {
            "xml" => new XmlTarget(),
            "addresses" => new AddressTarget(),
            "models" => new ModelTarget(),
            _ => throw new ArgumentException($"There is no target {name}"),
        };

    public static async Task<IFuzzTarget> BehindAsync(string name, Arena arena, CancellationToken cancellationToken)
    {
        var documents = name == "openapi" ? await ApiDocument.ReadAsync(arena.Address, cancellationToken) : [];
        return new RequestTarget(
            name,
            arena,
            (mutator, damage) =>
                name switch
                {
                    "json" => damage.Json(Of(WithJson, mutator)),
                    "form" => damage.Form(Of(WithJson, mutator)),
                    "multipart" => damage.Multipart(Of(mutator.Chance(0.6) ? Uploads : WithJson, mutator)),
                    "query" => damage.Query(Of(Recorded, mutator)),
                    "ids" => damage.Path(Of(mutator.Chance(0.7) ? WithTask : Recorded, mutator)),
                    "headers" => damage.Headers(Of(Recorded, mutator)),
                    "language" => damage.Header(Of(Recorded, mutator), "Accept-Language", "de-DE,de;q=0.9,fr;q=0.8,en-US;q=0.5,*;q=0.1"),
                    "login" => damage.Login(Of(Recorded, mutator)),
                    "dav" => DavHeadOrPath(damage, OfDav(mutator), mutator),
                    "davxml" => damage.Xml(OfDav(mutator)),
                    "openapi" => OfDocument(damage, documents, mutator),
                    _ => throw new ArgumentException($"There is no target {name}"),
                }
        );

        FuzzRequest Of(ImmutableArray<RecordedCall> calls, Mutator mutator) =>
            Seeds.Of(mutator.Pick(calls), arena.Fill(mutator.Random.Next(1, 60)));

        FuzzRequest OfDav(Mutator mutator) => Seeds.Filled(mutator.Pick(Dav), arena.Fill(1));
    }

    private static FuzzRequest DavHeadOrPath(Damage damage, FuzzRequest request, Mutator mutator) =>
        mutator.Chance(0.5) ? damage.Headers(request) : damage.Path(request);

    /// <summary>Every second body is damaged beyond what its schema allows.</summary>
    private static FuzzRequest OfDocument(Damage damage, ImmutableArray<ApiDocument> documents, Mutator mutator)
    {
        var request = damage.AnyCaller(documents[mutator.Chance(0.9) ? 0 : 1].Make(mutator));
        return request.Body is not null && mutator.Chance(0.5) ? damage.Json(request) : request;
    }
}
