using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Store.Nextclouds;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>What nobody foresaw neither spins nor ends the work for good, and does not keep the connection from another node.</summary>
public sealed class BridgeFailureTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>One statement of each part of the work: reading, polling, and the handler of a task.</summary>
    [Theory]
    [InlineData(nameof(INextcloudTaskStore.ListUnfinishedAsync))]
    [InlineData(nameof(INextcloudTaskStore.TryBeginPollAsync))]
    [InlineData(nameof(INextcloudTaskStore.TryNoteProblemAsync))]
    public async Task Work_that_fails_unexpectedly_gives_the_connection_up_and_begins_again_after_growing_pauses(string failing)
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await cloud.OfferAsync(Type);
        var calls = new ConcurrentQueue<string>();
        var isBroken = true;
        await using var bridge = await StandInNextcloud.StartBridgeAsync(
            [],
            more: services =>
                BrokenStore.Replace<INextcloudTaskStore, NextcloudTaskStore>(
                    services,
                    method =>
                    {
                        calls.Enqueue(method);
                        return isBroken && (method == failing || IsFirstStep(failing, method));
                    }
                )
        );
        bridge.ExpectedLog.Add("Nextcloud cloud: the work for it has failed");
        bridge.ExpectedLog.Add("Could not go on with task");
        using var worker = await bridge.WorkerAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        await cloud.ConnectAsync(bridge);

        await Eventually.BecomesTrue(() => calls.Count(method => method == failing) >= 3, "failing again and again");
        calls
            .Count(method => method == nameof(INextcloudTaskStore.ReleaseAsync))
            .Should()
            .BeGreaterThanOrEqualTo(2, "another node may try");
        bridge.Log.Where(line => line.Contains("the work for it has failed")).Should().ContainSingle("it is the same trouble");

        isBroken = false;
        var local = await BridgeTests.ClaimedHereAsync(worker, Type);
        await worker.FinishAsync(local, new { output = "y" });
        (await alice.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("y");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task An_offer_that_fails_unexpectedly_is_made_again()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        var failures = 0;
        await using var bridge = await StandInNextcloud.StartBridgeAsync(
            [],
            more: services =>
                BrokenStore.Replace<INextcloudStore, NextcloudStore>(
                    services,
                    method => method == nameof(INextcloudStore.SetOfferedAsync) && Interlocked.Increment(ref failures) <= 3
                )
        );
        bridge.ExpectedLog.Add("Nextcloud cloud: the work for it has failed");
        using var worker = await bridge.WorkerAsync(Type);

        await cloud.ConnectAsync(bridge);

        await cloud.Server.OffersAsync(Type);
        bridge.Log.Where(line => line.Contains("the work for it has failed")).Should().ContainSingle();
    }

    /// <summary>A handler notes a problem only when its step fails.</summary>
    private static bool IsFirstStep(string failing, string method) =>
        failing == nameof(INextcloudTaskStore.TryNoteProblemAsync) && method == nameof(INextcloudTaskStore.TrySaveInputAsync);
}

/// <summary>Replaces a store by one some of whose calls fail in a way that no code expects.</summary>
internal static class BrokenStore
{
    public static void Replace<TStore, TReal>(IServiceCollection services, Func<string, bool> fails)
        where TStore : class
        where TReal : TStore =>
        services.Replace(
            ServiceDescriptor.Singleton(provider =>
            {
                var proxy = DispatchProxy.Create<TStore, Broken<TStore>>();
                ((Broken<TStore>)(object)proxy).Break(ActivatorUtilities.CreateInstance<TReal>(provider), fails);
                return proxy;
            })
        );
}

/// <summary>A proxy derives from it, so it is public and not sealed.</summary>
public class Broken<TStore> : DispatchProxy
    where TStore : class
{
    private TStore _store = null!;
    private Func<string, bool> _fails = null!;

    internal void Break(TStore store, Func<string, bool> fails) => (_store, _fails) = (store, fails);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _fails(targetMethod!.Name)
            ? throw new InvalidOperationException($"{targetMethod.Name} is broken for a test")
            : targetMethod.Invoke(_store, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
