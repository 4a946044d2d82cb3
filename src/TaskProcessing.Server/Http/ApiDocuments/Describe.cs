using Microsoft.AspNetCore.Builder;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>What the OpenAPI document says of an endpoint that its route and handler do not tell.</summary>
/// <param name="Id">The operation's id.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record OperationDescription(string Id, string Summary)
{
    /// <summary>A record whose properties are the query of a GET, or the body of any other verb.</summary>
    public Type? Parameters { get; init; }

    /// <summary>What <c>ocs.data</c> holds.</summary>
    public Type? Data { get; init; }

    /// <summary>Whether the answer is a stream of events instead of an envelope.</summary>
    public bool IsStream { get; init; }

    /// <summary>The HTTP statuses of foreseen failures, as version 2 sends them.</summary>
    public int[] Failures { get; init; } = [];
}

internal static class DescribeExtensions
{
    /// <summary>Describes the endpoint in the OpenAPI document.</summary>
    public static TBuilder Describe<TBuilder>(
        this TBuilder builder, string id, string summary, Type? parameters = null, Type? data = null, params int[] failures)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new OperationDescription(id, summary) { Parameters = parameters, Data = data, Failures = failures });

    /// <summary>Describes an endpoint that answers Server-Sent Events.</summary>
    public static TBuilder DescribeStream<TBuilder>(this TBuilder builder, string id, string summary, params int[] failures)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new OperationDescription(id, summary) { IsStream = true, Failures = failures });
}
