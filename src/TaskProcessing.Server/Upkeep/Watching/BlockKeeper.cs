using System.Diagnostics;
using TaskProcessing.Server.Accounts.Guessing;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Records the blocks on guesses that began in this process, and drops blocks that an operator lifted.
/// </summary>
internal sealed class BlockKeeper(IGuessCounter guesses, ILoginBlockStore store, TimeProvider time) : IPeriodicJob, IDisposable
{
    /// <summary>The number of this process's blocks that are listed; further ones are effective too.</summary>
    private const int MaxListed = 5000;

    private static readonly string Machine = Environment.MachineName;
    private static readonly string Server = $"{Machine}:{Environment.ProcessId}";
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<LoginBlock> _listed = [];
    private long? _swept;

    public string Purpose => "keep the list of blocked logins";

    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    /// <summary>Records the blocks that began since the last run.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_swept is not { } last || time.GetElapsedTime(last) >= SweepInterval)
                await SweepAsync(cancellationToken);
            if (guesses.TakeBegun() is { Count: > 0 } begun)
                await WriteAsync(begun, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Drops blocks whose rows were removed before their end.</summary>
    public async Task DropLiftedAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            guesses.Forget();
            if (_listed.Count == 0)
                return;

            var kept = (await store.ListAsync(cancellationToken)).Select(block => block.Id).ToHashSet();
            foreach (var block in _listed.Where(block => !kept.Contains(block.Id)))
                await guesses.LiftAsync(block.Network, block.Name, cancellationToken);
            _listed.RemoveAll(block => !kept.Contains(block.Id));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task WriteAsync(IReadOnlyList<BegunBlock> begun, CancellationToken cancellationToken)
    {
        var blocks = begun
            .Take(MaxListed - _listed.Count)
            .Select(block => new LoginBlock
            {
                Server = Server,
                Network = block.Network,
                Name = block.Name,
                BeganAt = block.BeganAt,
                EndsAt = block.EndsAt,
            })
            .ToList();
        try
        {
            await store.AddAsync(blocks, cancellationToken);
        }
        catch
        {
            guesses.PutBack(begun);
            throw;
        }

        _listed.AddRange(blocks);
    }

    /// <summary>Removes ended blocks, and blocks of dead processes of this machine.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await guesses.SweepAsync(cancellationToken);
        var now = time.GetUtcNow();
        var stale = (await store.ListAsync(cancellationToken))
            .Where(block => block.EndsAt <= now || IsAbandoned(block))
            .Select(block => block.Id)
            .ToHashSet();
        if (stale.Count > 0)
            await store.RemoveAsync(stale, cancellationToken);
        _listed.RemoveAll(block => stale.Contains(block.Id));
        _swept = time.GetTimestamp();
    }

    private bool IsAbandoned(LoginBlock block)
    {
        // Its counts are in the database, and hold at other servers.
        if (guesses.IsShared)
            return false;
        if (block.Server == Server)
            return !_listed.Exists(own => own.Id == block.Id);
        if (!block.Server.StartsWith(Machine + ":", StringComparison.Ordinal))
            return false;
        if (!int.TryParse(block.Server.AsSpan(Machine.Length + 1), out var process))
            return false;

        try
        {
            using var running = Process.GetProcessById(process);
            return running.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
