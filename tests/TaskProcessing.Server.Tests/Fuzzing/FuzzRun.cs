using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using TaskProcessing.Server.Tests.Fuzzing.Targets;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>Cases of one surface, one after another. Name, seed and number make a case, and nothing else does.</summary>
/// <param name="target">The name of the surface.</param>
/// <param name="seed">The seed of the run.</param>
/// <param name="arena">The server; null for a surface without one.</param>
internal sealed class FuzzRun(string target, int seed, Arena? arena) : IAsyncDisposable
{
    private IFuzzTarget? _surface;

    /// <summary>Told of the number of each case before it is tried.</summary>
    public Action<int>? Began { get; init; }

    /// <summary>The number of cases so far.</summary>
    public int Cases { get; private set; }

    /// <summary>The longest time that one took.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Tries so many cases, unless it is cancelled before; tells of each find.</summary>
    public async Task RunAsync(int first, int count, Action<int, Find> found, CancellationToken cancellationToken)
    {
        var surface = _surface ??= arena is null
            ? FuzzTargets.Without(target)
            : await FuzzTargets.BehindAsync(target, arena, cancellationToken);
        for (var number = first; number < first + count && !cancellationToken.IsCancellationRequested; number++)
        {
            Began?.Invoke(number);
            var watch = Stopwatch.StartNew();
            try
            {
                if (await surface.TryAsync(Mutator(number), cancellationToken) is { } find)
                    found(number, find);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            Cases++;
            Longest = watch.Elapsed > Longest ? watch.Elapsed : Longest;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_surface is IAsyncDisposable surface)
            await surface.DisposeAsync();
        (_surface as IDisposable)?.Dispose();
    }

    private Mutator Mutator(int number) =>
        new(new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{target} {seed} {number}")))));
}
