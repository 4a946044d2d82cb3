using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Conformance;

namespace TaskProcessing.Server.Tests.Store;

public sealed class TaskStoreOnSqlite : TaskStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class TaskChangeOnSqlite : TaskChangeConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class AccountStoreOnSqlite : AccountStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class SessionStoreOnSqlite : SessionStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class ExAppStoreOnSqlite : ExAppStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class DatabaseOnSqlite : DatabaseConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class FileStoreOnSqlite : FileStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class TaskOrderOnSqlite : TaskOrderConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class FileSweepOnSqlite : FileSweepConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class TaskLeaseOnSqlite : TaskLeaseConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class ProviderChoiceStoreOnSqlite : ProviderChoiceStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class WebhookStoreOnSqlite : WebhookStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class FileTreeOnSqlite : FileTreeConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class StoredTimesOnSqlite : StoredTimesConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class UnstorableTextOnSqlite : UnstorableTextConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class FolderETagOnSqlite : FolderETagConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class TaskStatisticsOnSqlite : TaskStatisticsConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class NextcloudStoreOnSqlite : NextcloudStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}

public sealed class NextcloudTaskStoreOnSqlite : NextcloudTaskStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.Sqlite;
}
