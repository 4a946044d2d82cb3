namespace TaskProcessing.Server.Http.Rest;

/// <summary>Section <c>Rest</c>: the face at <c>/api/v1/tasks</c>, for pipelines and dashboards.</summary>
internal sealed class RestOptions
{
    /// <summary>Whether it is served. Its task types <c>pipeline:…</c> are switched by <c>TaskTypes:Pipelines</c>. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether callers without any login see and cancel all tasks. For closed networks only. Default false.</summary>
    public bool Anonymous { get; set; }
}
