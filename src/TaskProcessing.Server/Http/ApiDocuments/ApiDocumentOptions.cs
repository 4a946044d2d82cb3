namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>Section <c>ApiDocuments</c>: the OpenAPI documents and the page at <c>/swagger</c>.</summary>
internal sealed class ApiDocumentOptions
{
    /// <summary>
    /// The callers that see the documents. All but <c>Everybody</c> need a login with a password. Default
    /// <c>Everybody</c>.
    /// </summary>
    public ApiDocumentAudience VisibleTo { get; set; }
}

internal enum ApiDocumentAudience
{
    Everybody,
    Users,
    Admins,

    /// <summary>They are not served.</summary>
    Nobody,
}
