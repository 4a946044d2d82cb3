using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>
/// Keeps the offered providers registered: at the start, after each change of the offer, after each outage, and now and then, because a
/// server may have lost them. The first registration is waited for, later ones hold nothing up.
/// </summary>
internal sealed partial class Registrar(
    IWorkSource source,
    WorkerSlots slots,
    ServerContact contact,
    WorkerOptions options,
    ILogger logger,
    TimeProvider time
)
{
    private static readonly TimeSpan RenewalRetry = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private Task _lastTurn = Task.CompletedTask;
    private ImmutableArray<TaskProvider> _announced;
    private ProviderDescriptor[] _registered = [];
    private long _registeredAt;
    private TimeSpan _renewAfter;
    private volatile bool _isWithdrawn;

    /// <summary>True while the server does not want the providers.</summary>
    public bool IsWithdrawn => _isWithdrawn;

    /// <summary>Registers what is not registered, or not any more.</summary>
    /// <param name="woken">Ends the pause before the next try.</param>
    /// <param name="stoppingToken">Ends everything.</param>
    /// <returns>False when the pause was ended, and the first registration is still to be made.</returns>
    public async Task<bool> RegisterAsync(Task woken, CancellationToken stoppingToken)
    {
        while (!_isWithdrawn && slots.Offered is var offered && offered != _announced)
        {
            var began = contact.Now;
            TimeSpan pause;
            try
            {
                await InTurnAsync(() => AnnounceAsync(offered, stoppingToken), stoppingToken).ConfigureAwait(false);
                contact.Succeeded();
                contact.TakeReturn();
                continue;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                pause = contact.Failed(exception, began);
            }

            if (await woken.EndsWithinAsync(pause, time, stoppingToken).ConfigureAwait(false))
                return false;
        }

        if (!_isWithdrawn && _registered.Length > 0 && (contact.TakeReturn() || time.GetElapsedTime(_registeredAt) >= _renewAfter))
            await RenewAsync(stoppingToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes the providers from the server, until they are allowed again.</summary>
    public async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        _isWithdrawn = true;
        await UnregisterAsync(cancellationToken).ConfigureAwait(false);
        _registered = [];
    }

    /// <summary>The providers are to be registered again.</summary>
    public void Allow()
    {
        _announced = default;
        _isWithdrawn = false;
    }

    public Task UnregisterAsync(CancellationToken cancellationToken) =>
        InTurnAsync(() => source.UnregisterAsync(_registered, cancellationToken).AsTask(), cancellationToken);

    private async Task AnnounceAsync(ImmutableArray<TaskProvider> offered, CancellationToken stoppingToken)
    {
        // The server may have disabled the app meanwhile.
        if (_isWithdrawn)
            return;

        ProviderDescriptor[] descriptors = [.. offered.Select(provider => provider.Descriptor)];
        var gone = _registered.Where(old => !descriptors.Any(descriptor => descriptor.Id == old.Id)).ToList();
        if (gone.Count > 0)
            await source.UnregisterAsync(gone, stoppingToken).ConfigureAwait(false);
        if (descriptors.Length > 0)
            await source.RegisterAsync(descriptors, stoppingToken).ConfigureAwait(false);
        if (descriptors.Length > 0 || gone.Count > 0)
            Log.Registered(logger, descriptors.Length);
        _registered = descriptors;
        _announced = offered;
        _registeredAt = time.GetTimestamp();
        _renewAfter = options.RegistrationInterval;
    }

    private async Task RenewAsync(CancellationToken stoppingToken)
    {
        _registeredAt = time.GetTimestamp();
        _renewAfter = options.RegistrationInterval;
        try
        {
            await InTurnAsync(
                    () => _isWithdrawn ? Task.CompletedTask : source.RegisterAsync(_registered, stoppingToken).AsTask(),
                    stoppingToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The server has most likely kept the providers, so claims go on.
            _renewAfter = RenewalRetry;
            if (!contact.IsTrouble(exception, RenewalRetry))
                Log.RenewalFailed(logger, ServerContact.IsOrdinary(exception) ? null : exception, exception.Message);
        }
    }

    /// <summary>A server that disables the app waits for a registration under way, and not the other way round.</summary>
    private async Task InTurnAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            before = _lastTurn;
            _lastTurn = done.Task;
        }

        try
        {
            await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            await work().ConfigureAwait(false);
        }
        finally
        {
            // Also who gave up waiting lets nobody overtake the one before.
            _ = before.ContinueWith(_ => done.SetResult(), TaskScheduler.Default);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Count} provider(s) registered; waiting for tasks.")]
        public static partial void Registered(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Could not register the providers again; working on: {Reason}")]
        public static partial void RenewalFailed(ILogger logger, Exception? exception, string reason);
    }
}
