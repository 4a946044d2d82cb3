namespace TaskProcessing.Server.Http.Pages;

/// <summary>Section <c>Pages</c>: the web pages.</summary>
internal sealed class PageOptions
{
    /// <summary>Whether there are web pages, sessions and the login flow for clients. Default true.</summary>
    public bool Enabled { get; set; } = true;
}
