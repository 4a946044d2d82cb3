using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.OpenAI.Calls;

/// <summary>
/// Makes a call again as long as what went wrong may pass, with pauses that grow, or as long as the endpoint asks for.
/// What takes longer than the whole patience is left to the queue: there the task waits without taking up room here.
/// </summary>
internal sealed partial class Patience(string endpoint, TimeSpan atMost, Func<Exception, EndpointFailure> explain, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <exception cref="TaskFailedException">It is given up.</exception>
    /// <exception cref="OperationCanceledException">The result is no longer wanted.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
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
                    throw failure.ToException(endpoint, error);

                Log.Again(logger, endpoint, failure.Message, pause);
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Not spread at random: an endpoint's concurrency is small.</summary>
    private static TimeSpan Pause(int tries) => TimeSpan.FromSeconds(Math.Min(FirstPause.TotalSeconds * Math.Pow(2, tries - 1), LongestPause.TotalSeconds));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Endpoint {Endpoint} is asked again after {Pause}: {Problem}")]
        public static partial void Again(ILogger logger, string endpoint, string problem, TimeSpan pause);
    }
}
