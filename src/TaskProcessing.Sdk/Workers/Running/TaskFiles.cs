using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>Fetches and stores the files of one task, again and again while that may help.</summary>
internal sealed partial class TaskFiles(RunServices services, ClaimedTask claimed)
{
    public ValueTask<Stream?> OpenAsync(long fileId, CancellationToken cancellationToken) =>
        RetryAsync(
            () => services.Source.OpenFileAsync(claimed, fileId, cancellationToken),
            maySendAgain: true,
            refusal => new TaskFailedException(
                $"The server failed to send file {Number(fileId)}: {refusal.Message}",
                "The file could not be read on the server.",
                refusal
            ),
            cancellationToken
        );

    /// <summary>A stream that cannot be read twice cannot be sent twice.</summary>
    public ValueTask<long> UploadAsync(Stream content, string fileName, CancellationToken cancellationToken)
    {
        var start = content.CanSeek ? content.Position : 0;
        return RetryAsync(
            () =>
            {
                if (content.CanSeek)
                    content.Position = start;
                return services.Source.UploadFileAsync(claimed, content, fileName, cancellationToken);
            },
            maySendAgain: content.CanSeek,
            refusal => UploadRefused(refusal, fileName, content.CanSeek ? content.Length - start : null),
            cancellationToken
        );
    }

    private async ValueTask<T> RetryAsync<T>(
        Func<ValueTask<T>> call,
        bool maySendAgain,
        Func<OcsException, TaskFailedException> refused,
        CancellationToken cancellationToken
    )
    {
        var (options, time) = (services.Options, services.Time);
        var backoff = new Backoff(options.RetryDelay, options.MaxRetryDelay);
        var beganAt = time.GetTimestamp();
        var internalErrors = 0;
        for (var failures = 0; ; failures++)
        {
            TimeSpan pause;
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (OcsException refusal)
                when (refusal.Kind == OcsErrorKind.InvalidInput || (refusal.IsInternalError && IsLast(internalErrors, maySendAgain)))
            {
                throw refused(refusal);
            }
            catch (OcsException exception)
                when (maySendAgain
                    && (exception.MayPass || exception.Silence is not null)
                    && time.GetElapsedTime(beganAt) < options.ResultRetryTimeout
                )
            {
                internalErrors += exception.IsInternalError ? 1 : 0;
                pause = backoff.Next(exception.RetryAfter);
                if (!services.Contact.IsTrouble(exception, pause) && failures == 0)
                    Log.Delayed(services.Logger, claimed.Task.Id, exception.Message);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsLast(int internalErrors, bool maySendAgain) =>
        !maySendAgain || internalErrors + 1 >= ResultSender.MostInternalErrors;

    private static TaskFailedException UploadRefused(OcsException refusal, string fileName, long? length)
    {
        var size = length is { } bytes ? $" ({Megabytes(bytes)} MB)" : "";
        var cause = refusal.HttpStatus switch
        {
            HttpStatusCode.InternalServerError => " Likely it is larger than PHP's upload_max_filesize (2 MB unless it was raised).",
            HttpStatusCode.RequestEntityTooLarge => " It is larger than the web server before it allows (client_max_body_size).",
            HttpStatusCode.BadRequest => " Likely it is larger than PHP's post_max_size (8 MB unless it was raised).",
            _ => "",
        };
        return new TaskFailedException(
            $"The server did not store the file \"{fileName}\"{size}: {refusal.Message}{cause}",
            $"The server did not store a file of the result{size}. Please ask your administrator.",
            refusal
        );
    }

    private static string Megabytes(long bytes) => (bytes / 1_000_000d).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not transfer a file of task {TaskId}; trying again: {Reason}")]
        public static partial void Delayed(ILogger logger, long taskId, string reason);
    }
}
