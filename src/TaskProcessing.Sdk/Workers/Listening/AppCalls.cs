using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers.Running;

namespace TaskProcessing.Sdk.Workers.Listening;

/// <summary>The calls of AppAPI to a provider app. The heartbeat comes without credentials; all others have the app's secret.</summary>
internal sealed partial class AppCalls(OcsWorkerOptions credentials, WorkerLoop worker, ILogger logger, TimeProvider time)
{
    // The server waits for a minute.
    private static readonly TimeSpan LongestDisable = TimeSpan.FromSeconds(30);

    // Nextcloud goes on at once after a 404: there is nothing to prepare.
    private static readonly AppAnswer NotFound = new(404, """{"message":"Not found"}""");
    private static readonly AppAnswer Wrong = new(401, """{"message":"Wrong credentials"}""");
    private static readonly AppAnswer Done = new(200, """{"error":""}""");

    private readonly byte[] _secret = SHA256.HashData(Encoding.UTF8.GetBytes(credentials.Secret));
    private int _hasWarned;

    public async Task<AppAnswer> AnswerAsync(AppRequest request, CancellationToken cancellationToken) =>
        (request.Method, request.Path) switch
        {
            ("GET", "/heartbeat") => new AppAnswer(200, """{"status":"ok"}"""),
            ("PUT", "/enabled") => IsFromServer(request) ? await SetEnabledAsync(request, cancellationToken).ConfigureAwait(false) : Wrong,
            ("POST", "/trigger") => IsFromServer(request) ? Wake() : Wrong,
            _ => NotFound,
        };

    private AppAnswer Wake()
    {
        worker.Wake();
        return Done;
    }

    private async Task<AppAnswer> SetEnabledAsync(AppRequest request, CancellationToken cancellationToken)
    {
        switch (request.Parameter("enabled"))
        {
            case "1":
                // The worker registers after the answer: within the call it needs a second process of PHP.
                Log.Enabled(logger);
                worker.Enable();
                return Done;
            case "0":
                Log.Disabled(logger);
                return await DisableAsync(cancellationToken).ConfigureAwait(false);
            default:
                return new AppAnswer(400, """{"error":"The parameter enabled must be 0 or 1"}""");
        }
    }

    /// <summary>Within the call, because afterwards the server refuses the app.</summary>
    private async Task<AppAnswer> DisableAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(LongestDisable, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await worker.DisableAsync(either.Token).ConfigureAwait(false);
            return Done;
        }
        catch (Exception exception)
        {
            Log.NotWithdrawn(logger, ServerContact.IsOrdinary(exception) ? null : exception, exception.Message);
            return Failed("The providers could not be removed; the log of the app has the reason.");
        }
    }

    private bool IsFromServer(AppRequest request)
    {
        var isRight =
            credentials.Secret.Length > 0
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(SecretOf(request))), _secret)
            && request.Header("EX-APP-ID") == credentials.AppId;
        if (isRight)
            Interlocked.Exchange(ref _hasWarned, 0);
        else if (Interlocked.Exchange(ref _hasWarned, 1) == 0)
            Log.Refused(logger, request.Method, request.Path);
        return isRight;
    }

    private static string SecretOf(AppRequest request)
    {
        var bytes = new byte[AppRequest.LongestHead];
        if (!Convert.TryFromBase64String(request.Header("AUTHORIZATION-APP-API") ?? "", bytes, out var length))
            return "";

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static AppAnswer Failed(string error)
    {
        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        buffer.Json.WriteString("error", error);
        buffer.Json.WriteEndObject();
        return new AppAnswer(200, buffer.Text);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The server has enabled the app.")]
        public static partial void Enabled(ILogger logger);

        [LoggerMessage(LogLevel.Information, "The server disables the app; removing its providers.")]
        public static partial void Disabled(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Could not remove the providers while the app was being disabled: {Reason}")]
        public static partial void NotWithdrawn(ILogger logger, Exception? exception, string reason);

        [LoggerMessage(
            LogLevel.Warning,
            "Refused {Method} {Path}: APP_ID or APP_SECRET is not the server's. Not said again until one is right."
        )]
        public static partial void Refused(ILogger logger, string method, string path);
    }
}
