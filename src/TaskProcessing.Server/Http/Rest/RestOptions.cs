namespace TaskProcessing.Server.Http.Rest;

/// <summary>Section <c>Rest</c>: the REST API at <c>/api/v1/tasks</c>, for pipelines and dashboards.</summary>
internal sealed class RestOptions
{
    /// <summary>
    /// Serves the REST API. <c>TaskTypes:Pipelines</c> switches its task types <c>pipeline:…</c>. Default true.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>True when callers without login see and cancel all tasks. For closed networks only. Default false.</summary>
    public bool Anonymous { get; set; }
}
