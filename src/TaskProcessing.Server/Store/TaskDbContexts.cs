using Microsoft.EntityFrameworkCore;

namespace TaskProcessing.Server.Store;

/// <summary>Opens the contexts of one database for everything that does not care which one it is.</summary>
internal sealed class TaskDbContexts<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<TaskDbContext>
    where TContext : TaskDbContext
{
    public TaskDbContext CreateDbContext() => contexts.CreateDbContext();
}
