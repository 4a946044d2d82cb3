using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
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

public sealed class TaskListOnSqlite : TaskListConformance
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

    [Fact]
    public async Task A_lease_that_was_renewed_while_a_correction_waited_for_its_turn_is_not_of_the_future()
    {
        var task = await AddAsync();
        var writes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var correctionWaits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // On a thread of its own, since a write is made by its caller when no other is.
        var writing = Task.Run(
            () =>
                Database
                    .Get<TaskProcessing.Server.Store.Database>()
                    .WriteAsync(
                        async db =>
                        {
                            writes.SetResult();
                            await correctionWaits.Task;
                            Clock.Advance(TimeSpan.FromMinutes(3));
                            return await db.Tasks.ExecuteUpdateAsync(
                                update => update.SetProperty(row => row.LeaseUntil, Now.AddSeconds(60)),
                                CancellationToken.None
                            );
                        },
                        Token
                    ),
            Token
        );
        await writes.Task;
        var correcting = Times.CorrectAsync(Clock, Token);
        correctionWaits.SetResult();

        (await writing).Should().Be(1);
        (await correcting).Should().Be(0);
        (await Database.Get<ITaskStore>().FindAsync(task.Id, Token))!.LeaseUntil.Should().Be(Now.AddSeconds(60));
    }
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
