using Microsoft.AspNetCore.Builder;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>A record whose properties are the query of a GET, or the body of any other verb.</summary>
internal sealed record TakesMetadata(Type Parameters);

/// <summary>The type of <c>data</c> in the answer's envelope.</summary>
internal sealed record AnswersMetadata(Type Data);

/// <summary>The answer is a stream of events instead of an envelope.</summary>
internal sealed record AnswersEventsMetadata;

/// <summary>The answer may be 204, without content.</summary>
internal sealed record AnswersNoContentMetadata;

/// <summary>The HTTP statuses of foreseen failures, as version 2 sends them.</summary>
internal sealed record FailsMetadata(int[] Statuses);

/// <summary>
/// The verbs of the route tables that describe a route in the OpenAPI document, beside the framework's <c>WithName</c> and
/// <c>WithSummary</c>. The framework's <c>Accepts</c> and <c>Produces</c> would be wrong: the first refuses forms, which every
/// route takes beside JSON, and neither knows the envelope.
/// </summary>
internal static class OperationMetadata
{
    /// <summary>Describes the parameters.</summary>
    public static RouteHandlerBuilder Takes<TParameters>(this RouteHandlerBuilder route) =>
        route.WithMetadata(new TakesMetadata(typeof(TParameters)));

    /// <summary>Describes the data of the envelope of a success.</summary>
    public static RouteHandlerBuilder Answers<TData>(this RouteHandlerBuilder route) =>
        route.WithMetadata(new AnswersMetadata(typeof(TData)));

    /// <summary>Describes an answer of Server-Sent Events.</summary>
    public static RouteHandlerBuilder AnswersEvents(this RouteHandlerBuilder route) => route.WithMetadata(new AnswersEventsMetadata());

    /// <summary>Describes a success that may have no content.</summary>
    public static RouteHandlerBuilder AnswersNoContent(this RouteHandlerBuilder route) =>
        route.WithMetadata(new AnswersNoContentMetadata());

    /// <summary>Describes the foreseen failures.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params int[] statuses) =>
        route.WithMetadata(new FailsMetadata(statuses));
}
