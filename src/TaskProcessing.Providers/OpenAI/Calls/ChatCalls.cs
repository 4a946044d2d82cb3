using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using System.Text;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Conversations with the models of an endpoint.</summary>
internal sealed class ChatCalls(EndpointClient client, OpenAIEndpointOptions options, TimeProvider time)
{
    private const string Temperature = "temperature";
    private const string Stream = "stream";

    private static readonly TimeSpan TimeAfterEnd = TimeSpan.FromSeconds(5);

    /// <summary>Models whose thoughts end without a mark at their begin.</summary>
    private readonly ConcurrentDictionary<string, bool> _unopenedThoughts = new();

    private string TokensField => options.UsesMaxCompletionTokens ? RefusedParameters.MaxCompletionTokens : RefusedParameters.MaxTokens;

    /// <param name="request">The conversation; the settings of the configuration are added.</param>
    /// <param name="onText">Gets the text so far, repeatedly; null when the task does not stream.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="TaskFailedException">It failed, in words for administrators and users.</exception>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, Func<string, ValueTask>? onText, CancellationToken cancellationToken)
    {
        var answer = await AskOnceAsync(request, onText, cancellationToken);
        for (
            var left = request.GoOn is null ? 0 : options.MaxContinuations;
            left > 0 && answer.IsCut && answer.ToolCalls.Count == 0;
            left--
        )
        {
            var kept = CutAnswer.Kept(answer.Text);
            ChatMessage[] messages = [.. request.Messages, ChatMessage.Assistant(kept.TrimEnd()), ChatMessage.User(request.GoOn!)];
            try
            {
                var more = await AskOnceAsync(
                    request with
                    {
                        Messages = messages,
                    },
                    onText is null ? null : text => onText(CutAnswer.Join(kept, text)),
                    cancellationToken
                );
                answer = more with { Text = CutAnswer.Join(kept, more.Text) };
            }
            catch (TaskFailedException failure) when (!failure.Retryable)
            {
                // The model does not continue, or there is no room for more: the answer so far remains, cut.
                break;
            }
        }

        return answer;
    }

    private Task<ChatAnswer> AskOnceAsync(ChatRequest request, Func<string, ValueTask>? onText, CancellationToken cancellationToken)
    {
        var chat = client.Library.GetChatClient(request.Model);
        return client.AskAsync(
            request.Model,
            [.. Optional(request)],
            async (sent, deadline, token) =>
            {
                var answer = await chat.CompleteChatAsync(
                    BinaryContent.Create(With(request, sent).ToBody()),
                    new RequestOptions { BufferResponse = false, CancellationToken = token }
                );
                using var response = answer.GetRawResponse();
                var read = await ReadAsync(response, request, onText, deadline, token);
                cancellationToken.ThrowIfCancellationRequested();
                return read;
            },
            cancellationToken
        );
    }

    /// <summary>The optional parameters of the request.</summary>
    private IEnumerable<string> Optional(ChatRequest request)
    {
        if (options.Temperature is not null)
            yield return Temperature;
        if (options.Stream)
            yield return Stream;
        if (options.MaxTokensField == MaxTokensField.Auto)
            yield return TokensField;
        if (options.PromptRole == PromptRole.Auto && request.Messages.Any(message => message.IsSystem))
            yield return RefusedParameters.SystemRole;
    }

    private ChatRequest With(ChatRequest request, IReadOnlySet<string> sent)
    {
        var tokensField =
            options.MaxTokensField == MaxTokensField.Auto ? sent.FirstOrDefault(RefusedParameters.IsTokensField) : TokensField;
        var withSystem = options.PromptRole == PromptRole.System || sent.Contains(RefusedParameters.SystemRole);
        return request with
        {
            Messages = MessageOrder.Of(request.Messages, withSystem),
            Temperature = sent.Contains(Temperature) ? options.Temperature : null,
            Stream = sent.Contains(Stream) ? true : null,
            MaxTokens = tokensField == RefusedParameters.MaxTokens ? request.MaxTokens : null,
            MaxCompletionTokens = tokensField == RefusedParameters.MaxCompletionTokens ? request.MaxTokens : null,
        };
    }

    private async Task<ChatAnswer> ReadAsync(
        PipelineResponse response,
        ChatRequest request,
        Func<string, ValueTask>? onText,
        Deadline deadline,
        CancellationToken cancellationToken
    )
    {
        var reader = new ChatAnswerReader(response.Headers.TryGetValue("Content-Type", out var type) ? type! : "");
        var mayBeUnopened = !request.MentionsThoughts;
        var pacing = new Pacing(time);
        await reader.ReadAsync(
            response.ContentStream!,
            async () =>
            {
                // The bytes after the end of an answer are not needed, and may be missing.
                deadline.Extend(
                    reader.IsFinished ? TimeAfterEnd : TimeSpan.FromSeconds(options.SilenceSeconds),
                    "The endpoint fell silent in the middle of its answer"
                );
                if (onText is not null && pacing.IsDue(reader.Length) && Text(isWhole: false) is { Length: > 0 } text)
                    await onText(text);
            },
            cancellationToken
        );
        if (mayBeUnopened && ReasoningTags.EndUnopened(reader.Written))
            _unopenedThoughts.TryAdd(request.Model, true);
        return reader.Finish(Valid(Text(isWhole: true).Trim()));

        string Text(bool isWhole) =>
            ReasoningTags.Remove(reader.Written, isWhole, mayBeUnopened, _unopenedThoughts.ContainsKey(request.Model));
    }

    /// <summary>Replaces half characters by a mark.</summary>
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// Decides when a growing text is shown again: a copy of it for each word would cost the square of its length.
    /// </summary>
    private sealed class Pacing(TimeProvider time)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

        private long _shownAt = time.GetTimestamp();
        private int _shown;

        public bool IsDue(int length)
        {
            if (length == _shown || (length - _shown < _shown / 64 && time.GetElapsedTime(_shownAt) < Interval))
                return false;

            _shownAt = time.GetTimestamp();
            _shown = length;
            return true;
        }
    }
}
