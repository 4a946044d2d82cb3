using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Conformance;

namespace TaskProcessing.Server.Tests.Store;

public sealed class TaskStoreOnPostgreSql : TaskStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class TaskChangeOnPostgreSql : TaskChangeConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class AccountStoreOnPostgreSql : AccountStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class ExAppStoreOnPostgreSql : ExAppStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class DatabaseOnPostgreSql : DatabaseConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class FileStoreOnPostgreSql : FileStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class TaskOrderOnPostgreSql : TaskOrderConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class FileSweepOnPostgreSql : FileSweepConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class TaskLeaseOnPostgreSql : TaskLeaseConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class ProviderChoiceStoreOnPostgreSql : ProviderChoiceStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}

public sealed class WebhookStoreOnPostgreSql : WebhookStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.PostgreSql;
}
