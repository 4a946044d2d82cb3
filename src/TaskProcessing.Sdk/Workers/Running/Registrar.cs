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
) : IDisposable
{
    private static readonly TimeSpan RenewalRetry = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _turn = new(1);
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
                await AnnounceAsync(offered, stoppingToken).ConfigureAwait(false);
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

    public async Task UnregisterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await source.UnregisterAsync(_registered, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task AnnounceAsync(ImmutableArray<TaskProvider> offered, CancellationToken stoppingToken)
    {
        ProviderDescriptor[] descriptors = [.. offered.Select(provider => provider.Descriptor)];
        await _turn.WaitAsync(stoppingToken).ConfigureAwait(false);
        try
        {
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
        finally
        {
            _turn.Release();
        }
    }

    private async Task RenewAsync(CancellationToken stoppingToken)
    {
        _registeredAt = time.GetTimestamp();
        _renewAfter = options.RegistrationInterval;
        try
        {
            await _turn.WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                await source.RegisterAsync(_registered, stoppingToken).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The server has most likely kept the providers, so claims go on.
            _renewAfter = RenewalRetry;
            if (!contact.IsTrouble(exception, RenewalRetry))
                Log.RenewalFailed(logger, ServerContact.IsOrdinary(exception) ? null : exception, exception.Message);
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
