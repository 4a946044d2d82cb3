using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// Keeps SQLite's writer busy until it is disposed of; writes that arrive meanwhile wait and then share a transaction.
/// </summary>
internal sealed class HeldWriter : IAsyncDisposable
{
    private readonly TaskCompletionSource _release = new();
    private Task _write = Task.CompletedTask;

    public static async Task<HeldWriter> HoldAsync(TestDatabase database)
    {
        var held = new HeldWriter();
        var begun = new TaskCompletionSource();
        // Elsewhere: a writer that has nothing to do works on its caller's time.
        held._write = Task.Run(() =>
            database
                .Get<Database>()
                .WriteAsync(
                    async _ =>
                    {
                        begun.SetResult();
                        await held._release.Task;
                        return true;
                    },
                    CancellationToken.None
                )
        );
        await begun.Task;
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        _release.SetResult();
        // It shares its commit with the waiting writes, which may have failed.
        await _write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
