using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Conformance;

namespace TaskProcessing.Server.Tests.Store;

public sealed class TaskStoreOnPostgreSql : TaskStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class TaskChangeOnPostgreSql : TaskChangeConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class AccountStoreOnPostgreSql : AccountStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class SessionStoreOnPostgreSql : SessionStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class ExAppStoreOnPostgreSql : ExAppStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class DatabaseOnPostgreSql : DatabaseConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class FileStoreOnPostgreSql : FileStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class TaskOrderOnPostgreSql : TaskOrderConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class TaskListOnPostgreSql : TaskListConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class FileSweepOnPostgreSql : FileSweepConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class TaskLeaseOnPostgreSql : TaskLeaseConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class ProviderChoiceStoreOnPostgreSql : ProviderChoiceStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class WebhookStoreOnPostgreSql : WebhookStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class FileTreeOnPostgreSql : FileTreeConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class StoredTimesOnPostgreSql : StoredTimesConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class UnstorableTextOnPostgreSql : UnstorableTextConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class FolderETagOnPostgreSql : FolderETagConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class TaskStatisticsOnPostgreSql : TaskStatisticsConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class NextcloudStoreOnPostgreSql : NextcloudStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}

public sealed class NextcloudTaskStoreOnPostgreSql : NextcloudTaskStoreConformance
{
    private protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;
}
