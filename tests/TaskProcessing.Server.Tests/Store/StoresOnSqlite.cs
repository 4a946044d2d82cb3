using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Conformance;

namespace TaskProcessing.Server.Tests.Store;

public sealed class TaskStoreOnSqlite : TaskStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class TaskChangeOnSqlite : TaskChangeConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class AccountStoreOnSqlite : AccountStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class ExAppStoreOnSqlite : ExAppStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class DatabaseOnSqlite : DatabaseConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class FileStoreOnSqlite : FileStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class TaskOrderOnSqlite : TaskOrderConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class FileSweepOnSqlite : FileSweepConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class TaskLeaseOnSqlite : TaskLeaseConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class ProviderChoiceStoreOnSqlite : ProviderChoiceStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}

public sealed class WebhookStoreOnSqlite : WebhookStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.Sqlite;
}
