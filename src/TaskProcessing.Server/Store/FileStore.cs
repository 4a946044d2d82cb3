using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Store;

internal sealed class FileStore(Database database) : IFileStore
{
    public Task<StoredFile?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Files.FirstOrDefaultAsync(file => file.Id == id, cancellationToken), cancellationToken);
}
