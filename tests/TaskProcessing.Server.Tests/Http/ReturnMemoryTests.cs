using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Tests.Isolation;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>The memory of large bodies is given back after them. Alone, because tests beside would collect it too.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class ReturnMemoryTests : IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;

    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ReturnMemory Job => _server.Get<IEnumerable<IPeriodicJob>>().OfType<ReturnMemory>().Single();

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(time: new ManualTimeProvider());

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task It_is_collected_three_times_after_many_large_bodies_and_not_again_until_as_many_came()
    {
        await TakeAsync(16 * Megabyte, 16 * Megabyte - 1);
        Job.IsDue().Should().BeFalse("it is not yet much");
        await TakeAsync(BufferedBodies.SmallBytes);
        Job.IsDue().Should().BeFalse("small bodies do not count");

        await TakeAsync(BufferedBodies.SmallBytes + 1);
        Rounds().Should().Be(3);
        await TakeAsync(32 * Megabyte - 1);
        Rounds().Should().Be(0);
        await TakeAsync(BufferedBodies.SmallBytes + 1);
        Rounds().Should().Be(3);
    }

    [Fact]
    public async Task It_is_not_collected_while_much_is_in_use()
    {
        var bodies = _server.Get<BufferedBodies>();
        using (await bodies.TakeAsync(new DefaultHttpContext(), 32 * Megabyte, Token))
            Rounds().Should().Be(0);

        Rounds().Should().Be(3);
    }

    [Fact]
    public async Task The_job_collects_what_nobody_holds()
    {
        await TakeAsync(32 * Megabyte);
        var buffer = Leave();

        await Job.RunAsync(Token);

        buffer.IsAlive.Should().BeFalse();
    }

    /// <summary>How often in a row it is due.</summary>
    private int Rounds() => Enumerable.Range(0, 10).TakeWhile(_ => Job.IsDue()).Count();

    /// <summary>Bodies that come and go, one after the other.</summary>
    private async Task TakeAsync(params long[] lengths)
    {
        foreach (var length in lengths)
            (await _server.Get<BufferedBodies>().TakeAsync(new DefaultHttpContext(), length, Token)).Dispose();
    }

    /// <summary>A large object, which only a collection of all generations takes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Leave() => new(new byte[Megabyte]);
}
