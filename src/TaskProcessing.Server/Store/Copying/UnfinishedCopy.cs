namespace TaskProcessing.Server.Store.Copying;

/// <summary>
/// A database into which not everything is copied yet has the mark among its migrations. No server knows such a migration, so
/// none starts there, of whatever version.
/// </summary>
internal static class UnfinishedCopy
{
    public const string Mark = "99999999999999_UnfinishedCopy";
}
