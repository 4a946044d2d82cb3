using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Webhooks;

/// <summary>
/// Sends what is due: several deliveries at a time, at once when a task ends, again after a pause that grows when the
/// receiver did not take it. Every node does it; each delivery is claimed, so that no two send it at the same time. A
/// delivery comes at least once, and once more only when a node dies between the receiver's answer and the note of it.
/// </summary>
internal sealed partial class WebhookDispatcher(
    IWebhookStore webhooks,
    SendWebhook sendWebhook,
    RetryTerms retryTerms,
    WebhookBell bell,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<WebhookDispatcher> logger) : BackgroundService
{
    /// <summary>How long a delivery of another process may go unnoticed, and a pause may last longer.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>How much longer than its receiver may take a delivery is claimed: for looking up the name, and for the note.</summary>
    private static readonly TimeSpan LeaseReserve = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping server waits for answers.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Sending> _underWay = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var sending = new CancellationTokenSource();
        await using var stop = stoppingToken.Register(() => sending.CancelAfter(Grace));
        try
        {
            var failing = false;
            while (true)
            {
                try
                {
                    await LookAsync(sending.Token, stoppingToken);
                    failing = false;
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // Once per outage.
                    if (!failing)
                        Log.NotLooked(logger, error);
                    failing = true;
                }

                await bell.WaitAsync(LookInterval, time, stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(_underWay.Values.Select(delivery => delivery.Task));
        }
    }

    private async Task LookAsync(CancellationToken sending, CancellationToken stoppingToken)
    {
        var free = options.Value.MaxConcurrent - _underWay.Count;
        if (free <= 0 || !await webhooks.AnyDueAsync(time.GetUtcNow(), stoppingToken))
            return;

        var perTarget = Math.Max(1, options.Value.MaxConcurrent / 4);
        string[] full = [.. _underWay.Values.CountBy(delivery => delivery.Target).Where(target => target.Value >= perTarget).Select(target => target.Key)];
        var now = time.GetUtcNow();
        var leaseUntil = now + TimeSpan.FromSeconds(options.Value.TimeoutSeconds) + LeaseReserve;
        foreach (var delivery in await webhooks.ClaimAsync(free, perTarget, full, now, leaseUntil, stoppingToken))
        {
            var entry = _underWay[delivery.Id] = new Sending(delivery.Target);
            entry.Task = Task.Run(() => SendAsync(delivery, sending), CancellationToken.None);
        }
    }

    private async Task SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await TrySendAsync(delivery, cancellationToken);
            await RecordAsync(delivery, outcome, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops and the store cannot be reached: the lease will end.
        }
        finally
        {
            _underWay.TryRemove(delivery.Id, out _);
            bell.Ring();
        }
    }

    private async Task<WebhookOutcome> TrySendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            return await sendWebhook.RunAsync(delivery, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new WebhookOutcome.Failed(null, "interrupted: the server stopped");
        }
        catch (Exception error)
        {
            Log.NotSent(logger, error, delivery.Id);
            return new WebhookOutcome.Failed(null, $"it could not be sent: {error.GetBaseException().Message}");
        }
    }

    /// <summary>As long as it takes: what was delivered and is not noted would be sent again.</summary>
    private async Task RecordAsync(WebhookDelivery delivery, WebhookOutcome outcome, CancellationToken cancellationToken)
    {
        var result = Result(delivery, outcome, cancellationToken.IsCancellationRequested);
        while (true)
        {
            try
            {
                if (await webhooks.TryRecordAsync(delivery, result, time.GetUtcNow(), CancellationToken.None))
                    Tell(delivery, result);
                return;
            }
            catch (Exception error)
            {
                Log.NotNoted(logger, error, delivery.Id);
                await Task.Delay(LookInterval, time, cancellationToken);
            }
        }
    }

    private AttemptResult Result(WebhookDelivery delivery, WebhookOutcome outcome, bool stopped) => outcome switch
    {
        WebhookOutcome.Delivered delivered => new(WebhookState.Delivered, null, delivered.Status, null),
        WebhookOutcome.Refused refused => new(WebhookState.Refused, null, null, refused.Problem),
        WebhookOutcome.Failed failed when stopped => new(WebhookState.Waiting, time.GetUtcNow(), failed.Status, failed.Problem),
        WebhookOutcome.Failed failed => retryTerms.NextAttempt(delivery, time.GetUtcNow()) is { } next
            ? new(WebhookState.Waiting, next, failed.Status, failed.Problem)
            : new(WebhookState.GivenUp, null, failed.Status, failed.Problem),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
    };

    private void Tell(WebhookDelivery delivery, AttemptResult result)
    {
        switch (result.State)
        {
            case WebhookState.Delivered:
                Log.Delivered(logger, delivery.Id, delivery.TaskId, delivery.Target, result.Status);
                break;
            case WebhookState.Waiting:
                Log.Failed(logger, delivery.Id, delivery.TaskId, delivery.Target, delivery.Attempts, result.NextAttemptAt?.ToString("u", CultureInfo.InvariantCulture), result.Problem);
                break;
            default:
                Log.Ended(logger, delivery.Id, delivery.TaskId, delivery.Target, delivery.Attempts, result.Problem);
                break;
        }
    }

    private sealed class Sending(string target)
    {
        public string Target => target;

        public Task Task { get; set; } = Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Webhook {DeliveryId} of task {TaskId} was delivered to {Target}, which answered {Status}")]
        public static partial void Delivered(ILogger logger, string deliveryId, long taskId, string target, int? status);

        [LoggerMessage(LogLevel.Information, "Webhook {DeliveryId} of task {TaskId} to {Target} failed at attempt {Attempt} and is tried again at {NextAttempt}: {Problem}")]
        public static partial void Failed(ILogger logger, string deliveryId, long taskId, string target, int attempt, string? nextAttempt, string? problem);

        [LoggerMessage(LogLevel.Warning, "Webhook {DeliveryId} of task {TaskId} to {Target} was not delivered, after {Attempts} attempt(s): {Problem}. \"taskprocessing webhook retry {DeliveryId}\" tries again")]
        public static partial void Ended(ILogger logger, string deliveryId, long taskId, string target, int attempts, string? problem);

        [LoggerMessage(LogLevel.Error, "Webhook {DeliveryId} could not be sent; it is tried again")]
        public static partial void NotSent(ILogger logger, Exception error, string deliveryId);

        [LoggerMessage(LogLevel.Warning, "What became of webhook {DeliveryId} could not be noted; trying again")]
        public static partial void NotNoted(ILogger logger, Exception error, string deliveryId);

        [LoggerMessage(LogLevel.Warning, "Could not look for webhooks to send; it is tried again every second")]
        public static partial void NotLooked(ILogger logger, Exception error);
    }
}
