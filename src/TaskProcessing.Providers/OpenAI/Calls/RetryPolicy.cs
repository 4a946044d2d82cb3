using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Repeats a call after temporary errors, with growing pauses, or with the pauses that the endpoint asks for. A call that
/// takes longer than the time for retries is left to the queue, where its task takes no room here.
/// </summary>
internal sealed partial class RetryPolicy(
    string endpoint,
    TimeSpan atMost,
    Func<Exception, EndpointFailure> explain,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <param name="model">The model that is asked.</param>
    /// <param name="call">Asks it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TaskFailedException">It is given up.</exception>
    /// <exception cref="OperationCanceledException">The result is no longer wanted.</exception>
    public async Task<T> RunAsync<T>(string model, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            TimeSpan pause;
            try
            {
                return await call();
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                var failure = explain(error);
                pause = failure.RetryAfter ?? Pause(tries);
                if (!failure.MayPass || time.GetElapsedTime(began) + pause > atMost)
                    throw failure.ToException(endpoint, model, error);

                Log.Again(logger, endpoint, model, failure.Message, pause);
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Not spread at random: an endpoint's concurrency is small.</summary>
    private static TimeSpan Pause(int tries) => Backoff.After(tries, FirstPause, LongestPause);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Retrying model {Model} of endpoint {Endpoint} after {Pause}: {Problem}")]
        public static partial void Again(ILogger logger, string endpoint, string model, string problem, TimeSpan pause);
    }
}
