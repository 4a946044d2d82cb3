namespace TaskProcessing.Server.Accounts.Connections;

internal enum HolderKind
{
    Guest,
    User,
    App,
}
