using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>The reason for a failed call, in words for administrators and for users, and whether another try may help.</summary>
internal sealed record EndpointFailure(string Message, string UserMessage)
{
    /// <summary>An endpoint that asks for more asks for too much.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>
    /// The pause of a task whose endpoint was unreachable. After it the endpoint is reachable again or its task types are
    /// withdrawn, so no attempt is wasted.
    /// </summary>
    private static readonly TimeSpan AbsencePause = TimeSpan.FromMinutes(1);

    private const string Unwell = "The AI service does not answer as it should. Please try again later.";

    /// <summary>The kind of a refusal.</summary>
    public RefusalKind Kind { get; init; }

    public bool MayPass { get; init; }

    /// <summary>The pause that the endpoint asked for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True when the endpoint was unreachable, directly or behind a proxy.</summary>
    public bool IsAbsence { get; init; }

    public static EndpointFailure Of(Exception exception, DateTimeOffset now) =>
        exception switch
        {
            ClientResultException { Status: > 0 } refusal => OfError(
                EndpointError.Of(refusal)!,
                $"The endpoint answered {refusal.Status}: {EndpointError.Of(refusal)!.Text}"
            )
                is var failure
            && failure.MayPass
                ? failure with
                {
                    RetryAfter = RetryAfterOf(refusal.GetRawResponse(), now),
                }
                : failure,
            BadAnswerException { Error: { } error } bad => OfError(error, bad.Message),
            BadAnswerException bad => new EndpointFailure(bad.Message, bad.UserMessage ?? Unwell) { MayPass = bad.MayPass },
            TimeoutException late => new EndpointFailure(late.Message, "The AI service took too long to answer. Please try again later.")
            {
                MayPass = true,
                IsAbsence = true,
            },
            JsonException or FormatException or ArgumentException or InvalidOperationException => new EndpointFailure(
                $"The answer cannot be read: {exception.Message}",
                Unwell
            ),
            _ => new EndpointFailure(
                $"The endpoint cannot be reached: {exception.GetBaseException().Message}",
                "The AI service cannot be reached. Please try again later."
            )
            {
                MayPass = true,
                IsAbsence = true,
            },
        };

    /// <summary>
    /// The exception that ends the task. The endpoint's own text is not logged as its cause, because it may repeat the
    /// key.
    /// </summary>
    /// <param name="endpoint">The endpoint's name.</param>
    /// <param name="model">The model that was asked.</param>
    /// <param name="cause">The exception that was thrown.</param>
    public TaskFailedException ToException(string endpoint, string model, Exception cause) =>
        new(
            $"Endpoint {endpoint}, model {model}: {Message}",
            UserMessage,
            Kind == RefusalKind.TooLong ? new TextTooLongException()
                : cause is ClientResultException or BadAnswerException ? null
                : cause
        )
        {
            Retryable = MayPass,
            RetryAfter = RetryAfter ?? (IsAbsence ? AbsencePause : null),
        };

    private static EndpointFailure OfError(EndpointError error, string message)
    {
        var kind = RefusalWords.KindOf(error);
        var words = kind switch
        {
            RefusalKind.TooLong when error.Status is 413 => "The input is too large for the AI service: please send a smaller one.",
            RefusalKind.TooLong => "The text is too long for the AI model: please shorten it, or choose a model that takes longer texts.",
            RefusalKind.Credentials => "The AI service refuses this server. Please tell your administrator.",
            RefusalKind.Credit => "The AI service's credit is used up. Please tell your administrator.",
            RefusalKind.NoModel => "The AI service does not know the model or cannot do this. Please tell your administrator.",
            RefusalKind.NoTools => "The AI model cannot use tools. Please choose another model, or tell your administrator.",
            RefusalKind.NoFiles =>
                "The AI model cannot read one of the files. Please choose other files or another model, or tell your administrator.",
            RefusalKind.Size => "The AI service does not make images of this size. Please choose another one.",
            RefusalKind.Contents => "The AI service refused to answer because of its content rules. Please change the text.",
            RefusalKind.Template => "The AI model does not take this conversation. Please begin a new one, or choose another model.",
            _ => null,
        };
        if (words is not null)
            return new EndpointFailure(message, words) { Kind = kind };

        // An error in the middle of an answer often has no status. Then the answer broke off, which is a temporary error.
        return error.Status is null or 408 or 425 or 429 or >= 500
            ? new EndpointFailure(message, error.Status == 429 ? "The AI service has too much to do. Please try again later." : Unwell)
            {
                MayPass = error.Status != 501,
                IsAbsence = error.Status is 502 or 503 or 504,
            }
            : new EndpointFailure(message, "The AI service refused the request. Please tell your administrator.");
    }

    private static TimeSpan? RetryAfterOf(PipelineResponse? response, DateTimeOffset now)
    {
        if (response is null)
            return null;
        if (
            response.Headers.TryGetValue("retry-after-ms", out var ms)
            && double.TryParse(ms, CultureInfo.InvariantCulture, out var milliseconds)
        )
            return Bounded(milliseconds / 1000);
        if (!response.Headers.TryGetValue("Retry-After", out var value))
            return null;
        if (double.TryParse(value, CultureInfo.InvariantCulture, out var seconds))
            return Bounded(seconds);

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Bounded((at - now).TotalSeconds)
            : null;
    }

    private static TimeSpan? Bounded(double seconds) =>
        double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestPause.TotalSeconds)) : null;
}

/// <summary>The cause of a failed task whose text does not fit into the model's context; its parts may fit.</summary>
internal sealed class TextTooLongException() : Exception("The text does not fit into the model's context.");
