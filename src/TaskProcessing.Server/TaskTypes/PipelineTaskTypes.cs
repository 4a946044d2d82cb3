using System.Collections.Immutable;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>
/// The background jobs of pipelines. Their input and output are any JSON object, and they are available even while no provider
/// serves them: a pipeline may queue work before its worker is up.
/// </summary>
internal static class PipelineTaskTypes
{
    public static ImmutableArray<TaskType> All { get; } =
    [
        Type("search", "Search", "Searches sources for publications."),
        Type("dedup", "Deduplicate", "Finds publications that are there twice."),
        Type("crawl", "Crawl", "Fetches documents."),
        Type("ocr", "Read scans", "Reads the text out of scanned documents."),
        Type("index", "Index", "Makes documents searchable."),
        Type("keyword_expand", "Expand keywords", "Finds further keywords for a search."),
    ];

    private static TaskType Type(string name, string title, string description) =>
        new($"pipeline:{name}", title, description, [], [], IsInternal: true) { IsFreeForm = true };
}
