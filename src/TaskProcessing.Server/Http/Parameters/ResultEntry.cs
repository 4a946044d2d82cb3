using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Tasks.Reporting;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>One result of a batch, as it was read.</summary>
/// <param name="TaskId">The task; 0 when none is named.</param>
/// <param name="Result">The result; null when it cannot be read.</param>
/// <param name="Problem">The mistake in it; null without one.</param>
internal sealed record ResultEntry(long TaskId, BatchedResult? Result, string? Problem);

internal static class ResultEntries
{
    /// <summary>The list <c>results</c>. A wrong entry does not stop the others.</summary>
    /// <exception cref="BadHttpRequestException">There is no list, or a longer one than can be taken.</exception>
    public static IReadOnlyList<ResultEntry> Results(this OcsParameters parameters, Caller caller)
    {
        var list = parameters.Map("results");
        var entries =
            list.ValueKind == JsonValueKind.Array
                ? list
                : throw new BadHttpRequestException("Parameter \"results\" must be a list of objects");
        return entries.GetArrayLength() <= FinishTasks.MaxResults
            ? [.. entries.EnumerateArray().Select(entry => Read(entry, caller))]
            : throw new BadHttpRequestException(
                $"Parameter \"results\" may hold {FinishTasks.MaxResults} results, not {entries.GetArrayLength()}"
            );
    }

    private static ResultEntry Read(JsonElement entry, Caller caller)
    {
        var id = 0L;
        try
        {
            var parameters = OcsParameters.Of(entry);
            id = parameters.Id("id");
            return new ResultEntry(id, new BatchedResult(id, parameters.Finish(caller)), null);
        }
        catch (BadHttpRequestException problem)
        {
            return new ResultEntry(id, null, problem.Message);
        }
    }
}
