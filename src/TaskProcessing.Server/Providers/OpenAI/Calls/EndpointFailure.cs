using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.OpenAI.Calls;

/// <summary>Why a call failed, in words for administrators and for users, and whether another try may help.</summary>
internal sealed record EndpointFailure(string Message, string UserMessage)
{
    /// <summary>An endpoint that asks for more asks for too much.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a task waits that met nobody: then the endpoint is back, or soon off the offer, so that no attempt is
    /// wasted on it.
    /// </summary>
    private static readonly TimeSpan AbsencePause = TimeSpan.FromMinutes(1);

    private const string Unwell = "The AI service does not answer as it should. Please try again later.";

    public bool MayPass { get; init; }

    /// <summary>What the endpoint asked for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether nobody was there, or only a proxy that found nobody.</summary>
    public bool IsAbsence { get; init; }

    public static EndpointFailure Of(Exception exception, DateTimeOffset now) => exception switch
    {
        ClientResultException { Status: > 0 } refusal => OfStatus(refusal.Status, refusal.GetRawResponse(), now),
        BadAnswerException bad => new EndpointFailure(bad.Message, bad.UserMessage ?? Unwell) { MayPass = bad.MayPass },
        TimeoutException late => new EndpointFailure(late.Message, "The AI service took too long to answer. Please try again later.") { MayPass = true, IsAbsence = true },
        JsonException or FormatException or ArgumentException or InvalidOperationException =>
            new EndpointFailure($"The answer cannot be read: {exception.Message}", Unwell),
        _ => new EndpointFailure($"The endpoint cannot be reached: {exception.GetBaseException().Message}", "The AI service cannot be reached. Please try again later.")
        {
            MayPass = true,
            IsAbsence = true,
        },
    };

    /// <summary>How the task ends with it. What the endpoint wrote is not logged as its cause: it may repeat the key.</summary>
    public TaskFailedException ToException(string endpoint, Exception cause) => new($"Endpoint {endpoint}: {Message}", UserMessage, cause is ClientResultException ? null : cause)
    {
        Retryable = MayPass,
        RetryAfter = RetryAfter ?? (IsAbsence ? AbsencePause : null),
    };

    private static EndpointFailure OfStatus(int status, PipelineResponse? response, DateTimeOffset now)
    {
        var body = response?.Content?.ToString() ?? "";
        var text = ErrorText.OfBody(body);
        var message = $"The endpoint answered {status}: {text}";
        return status switch
        {
            401 or 403 => new EndpointFailure(message, "The AI service refuses this server. Please tell your administrator."),
            402 => new EndpointFailure(message, "The AI service's credit is used up. Please tell your administrator."),
            // The same status as for too many requests, and nearly the same words; only this code tells.
            429 when body.Contains("insufficient_quota", StringComparison.Ordinal) =>
                new EndpointFailure(message, "The AI service's credit is used up. Please tell your administrator."),
            408 or 425 or 429 or >= 500 => new EndpointFailure(message, status == 429 ? "The AI service has too much to do. Please try again later." : Unwell)
            {
                MayPass = status != 501,
                IsAbsence = status is 502 or 503 or 504,
                RetryAfter = RetryAfterOf(response, now),
            },
            404 => new EndpointFailure(message, "The AI service does not know the model or cannot do this. Please tell your administrator."),
            413 => new EndpointFailure(message, "The input is too large for the AI service."),
            _ when text.Contains("context", StringComparison.OrdinalIgnoreCase) && text.Contains("length", StringComparison.OrdinalIgnoreCase) =>
                new EndpointFailure(message, "The text is too long for the AI model."),
            _ => new EndpointFailure(message, "The AI service refused the request."),
        };
    }

    private static TimeSpan? RetryAfterOf(PipelineResponse? response, DateTimeOffset now)
    {
        if (response is null)
            return null;
        if (response.Headers.TryGetValue("retry-after-ms", out var ms) && double.TryParse(ms, CultureInfo.InvariantCulture, out var milliseconds))
            return Bounded(milliseconds / 1000);
        if (!response.Headers.TryGetValue("Retry-After", out var value))
            return null;
        if (double.TryParse(value, CultureInfo.InvariantCulture, out var seconds))
            return Bounded(seconds);

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? Bounded((at - now).TotalSeconds) : null;
    }

    private static TimeSpan? Bounded(double seconds) =>
        double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestPause.TotalSeconds)) : null;
}

/// <summary>An answer that came and is no good.</summary>
internal sealed class BadAnswerException(string message) : Exception(message)
{
    public string? UserMessage { get; init; }

    public bool MayPass { get; init; }
}

/// <summary>The words in which servers say what is wrong.</summary>
internal static class ErrorText
{
    public static string OfBody(string body)
    {
        try
        {
            return Of(JsonElement.Parse(body));
        }
        catch (JsonException)
        {
            return body.Length == 0 ? "(nothing)" : Shorten.ToLine(body);
        }
    }

    /// <summary>They put them under error.message, error, message or detail.</summary>
    public static string Of(JsonElement error)
    {
        foreach (var name in (string[])["error", "message", "detail"])
        {
            if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var inner) && inner.ValueKind is JsonValueKind.Object or JsonValueKind.String)
                return Of(inner);
        }

        return Shorten.ToLine(error.ValueKind == JsonValueKind.String ? error.GetString()! : error.GetRawText());
    }
}

internal static class Shorten
{
    private const int Longest = 400;

    /// <summary>What somebody else wrote, on one line and not too long.</summary>
    public static string ToLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest ? line : $"{line[..Longest]}…";
    }
}
