using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>The filter of a list of the REST API.</summary>
internal sealed record RestListParameters
{
    /// <summary>Only tasks of this project.</summary>
    public int? ProjectId { get; init; }

    /// <summary>Only tasks in this status: pending, running, completed, failed, cancelled. Any other has no tasks.</summary>
    /// <example>running</example>
    public string? Status { get; init; }

    /// <summary>The largest number of tasks, 1 to 1000. Default 50.</summary>
    [Range(1, 1000)]
    public int? Limit { get; init; }

    /// <summary>Only tasks older than this one: the cheap way to deep pages.</summary>
    public long? BeforeId { get; init; }

    /// <summary>The page, from 1; the answer then is a page.</summary>
    public int? Page { get; init; }

    /// <summary>The number of tasks on a page, 1 to 1000. Default 50; the answer then is a page.</summary>
    [Range(1, 1000)]
    public int? PageSize { get; init; }
}

/// <summary>The task to create.</summary>
internal sealed record RestCreateParameters
{
    /// <summary>search, dedup, crawl, ocr, index, keyword_expand, or the id of any other task type.</summary>
    /// <example>search</example>
    [Required]
    public required string TaskType { get; init; }

    /// <summary>The project. Default 0, none.</summary>
    /// <example>1</example>
    public int? ProjectId { get; init; }

    /// <summary>The input. Default empty.</summary>
    /// <example>{"query": "machine learning", "sources": ["semantic_scholar"]}</example>
    public IReadOnlyDictionary<string, JsonElement>? Params { get; init; }
}
