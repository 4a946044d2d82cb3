using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Store;

internal sealed class LoginBlockStore(Database database) : ILoginBlockStore
{
    private static readonly ChangeTopic[] Topics = [ChangeTopic.LoginBlocks];

    public Task AddAsync(IReadOnlyCollection<LoginBlock> blocks, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
            {
                db.AddRange(blocks);
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken
        );

    public async Task<IReadOnlyList<LoginBlock>> ListAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(db => db.LoginBlocks.OrderBy(block => block.Id).ToListAsync(cancellationToken), cancellationToken);

    public Task LiftAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(database, Topics, db => DeleteAsync(db, ids), cancellationToken);

    public Task RemoveAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        database.WriteAsync(db => DeleteAsync(db, ids), cancellationToken);

    private static Task<int> DeleteAsync(TaskDbContext db, IReadOnlyCollection<long> ids) =>
        db.LoginBlocks.Where(block => ids.Contains(block.Id)).ExecuteDeleteAsync(CancellationToken.None);
}
