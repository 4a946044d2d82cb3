using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Webhooks;

/// <summary>
/// Sends the due deliveries: several at a time, at once when a task ends, and again after a growing pause when the
/// receiver did not accept it. Every node does so; a node claims each delivery, so that no two send it at the same time.
/// A delivery is sent at least once, and twice only when a node dies before it has recorded the receiver's answer.
/// </summary>
internal sealed partial class WebhookDispatcher(
    IWebhookStore webhooks,
    SendWebhook sendWebhook,
    RetryTerms retryTerms,
    WebhookSignal webhookSignal,
    TaskMetrics metrics,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<WebhookDispatcher> logger
) : BackgroundService
{
    /// <summary>The interval for finding deliveries of other processes; a pause may last longer by as much.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The part of a claim beyond the receiver's time limit: for resolving the name, and for recording the answer.
    /// </summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(30);

    /// <summary>The time that a stopping server waits for answers.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Sending> _underWay = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var sending = new CancellationTokenSource();
        await using var stop = stoppingToken.Register(() => sending.CancelAfter(Grace));
        try
        {
            var work = new RepeatedWork("read the webhooks that are due", time, logger);
            while (true)
            {
                try
                {
                    await SendDueAsync(sending.Token, stoppingToken);
                    work.Worked();
                }
                catch (StoreUnavailableException)
                {
                    // Outages has logged it.
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    work.Failed(error);
                }

                await webhookSignal.WaitAsync(PollInterval, time, stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(_underWay.Values.Select(delivery => delivery.Task));
        }
    }

    private async Task SendDueAsync(CancellationToken sending, CancellationToken stoppingToken)
    {
        var free = options.Value.MaxConcurrent - _underWay.Count;
        if (free <= 0 || !await webhooks.AnyDueAsync(time.GetUtcNow(), stoppingToken))
            return;

        var perTarget = Math.Max(1, options.Value.MaxConcurrent / 4);
        string[] full =
        [
            .. _underWay
                .Values.CountBy(delivery => delivery.Target)
                .Where(target => target.Value >= perTarget)
                .Select(target => target.Key),
        ];
        var now = time.GetUtcNow();
        var leaseUntil = now + TimeSpan.FromSeconds(options.Value.TimeoutSeconds) + LeaseMargin;
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
            using var span = TaskTraces.Webhook(delivery.TraceParent, delivery.TaskId, delivery.Id);
            var began = time.GetTimestamp();
            var outcome = await TrySendAsync(delivery, cancellationToken);
            var result = Result(delivery, outcome, cancellationToken.IsCancellationRequested);
            metrics.WebhookTried(Word(result.State), time.GetElapsedTime(began));
            span?.SetTag("taskprocessing.outcome", Word(result.State));
            await RecordAsync(delivery, result, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops and the store cannot be reached: the lease will end.
        }
        finally
        {
            _underWay.TryRemove(delivery.Id, out _);
            webhookSignal.Set();
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

    /// <summary>Retried without limit: a delivery that is not recorded would be sent again.</summary>
    private async Task RecordAsync(WebhookDelivery delivery, AttemptResult result, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await webhooks.TryRecordAsync(delivery, result, time.GetUtcNow(), CancellationToken.None))
                    LogResult(delivery, result);
                return;
            }
            catch (Exception error)
            {
                // Outages has logged a database that is away.
                if (error is not StoreUnavailableException)
                    Log.NotNoted(logger, error, delivery.Id);
                await Task.Delay(PollInterval, time, cancellationToken);
            }
        }
    }

    private AttemptResult Result(WebhookDelivery delivery, WebhookOutcome outcome, bool stopped) =>
        outcome switch
        {
            WebhookOutcome.Delivered delivered => new(WebhookState.Delivered, null, delivered.Status, null),
            WebhookOutcome.Refused refused => new(WebhookState.Refused, null, null, refused.Problem),
            WebhookOutcome.Failed failed when stopped => new(WebhookState.Waiting, time.GetUtcNow(), failed.Status, failed.Problem),
            WebhookOutcome.Failed failed => retryTerms.NextAttempt(delivery, time.GetUtcNow(), failed.RetryAfter) is { } next
                ? new(WebhookState.Waiting, next, failed.Status, failed.Problem)
                : new(WebhookState.GivenUp, null, failed.Status, failed.Problem),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };

    private static string Word(WebhookState state) =>
        state switch
        {
            WebhookState.Delivered => "delivered",
            WebhookState.Waiting => "retried",
            WebhookState.GivenUp => "given_up",
            _ => "refused",
        };

    private void LogResult(WebhookDelivery delivery, AttemptResult result)
    {
        switch (result.State)
        {
            case WebhookState.Delivered:
                Log.Delivered(logger, delivery.Id, delivery.TaskId, delivery.Target, result.Status);
                break;
            case WebhookState.Waiting:
                Log.Failed(
                    logger,
                    delivery.Id,
                    delivery.TaskId,
                    delivery.Target,
                    delivery.Attempts,
                    result.NextAttemptAt?.ToString("u", CultureInfo.InvariantCulture),
                    result.Problem
                );
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
        [LoggerMessage(LogLevel.Debug, "Delivered webhook {DeliveryId} of task {TaskId} to {Target}, which answered {Status}")]
        public static partial void Delivered(ILogger logger, string deliveryId, long taskId, string target, int? status);

        [LoggerMessage(
            LogLevel.Information,
            "Could not deliver webhook {DeliveryId} of task {TaskId} to {Target} at attempt {Attempt}; "
                + "trying again at {NextAttempt}: {Problem}"
        )]
        public static partial void Failed(
            ILogger logger,
            string deliveryId,
            long taskId,
            string target,
            int attempt,
            string? nextAttempt,
            string? problem
        );

        [LoggerMessage(
            LogLevel.Warning,
            "Webhook {DeliveryId} of task {TaskId} to {Target} was not delivered, after {Attempts} attempt(s): {Problem}. "
                + "\"taskprocessing webhook retry {DeliveryId}\" tries again"
        )]
        public static partial void Ended(ILogger logger, string deliveryId, long taskId, string target, int attempts, string? problem);

        [LoggerMessage(LogLevel.Error, "Could not send webhook {DeliveryId}; trying again")]
        public static partial void NotSent(ILogger logger, Exception error, string deliveryId);

        [LoggerMessage(LogLevel.Warning, "Could not record the delivery of webhook {DeliveryId}; trying again")]
        public static partial void NotNoted(ILogger logger, Exception error, string deliveryId);
    }
}
