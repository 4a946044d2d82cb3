namespace TaskProcessing.Server.Accounts;

/// <summary>A person or a program that logs in.</summary>
internal sealed class Account
{
    /// <summary>
    /// The login name: letters, digits and <c>_ . @ - '</c>. Look-ups ignore its case; answers show this spelling.
    /// </summary>
    public required string Id { get; init; }

    public string DisplayName { get; set; } = "";

    public required string PasswordHash { get; set; }

    public bool IsAdmin { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
