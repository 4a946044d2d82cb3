namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>The holder of a connection.</summary>
/// <param name="Kind">User, guest or app.</param>
/// <param name="Name">A user's or an app's id, or a guest's network.</param>
/// <param name="Credential">The facts that the login depends on; null for a guest.</param>
internal sealed record ConnectionHolder(HolderKind Kind, string Name, Credential? Credential);
