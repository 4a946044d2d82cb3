namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Refusals in the words of many servers.</summary>
internal static class OddRefusals
{
    private const string Refuses = "The AI service refuses this server. Please tell your administrator.";
    private const string NoModel = "The AI service does not know the model or cannot do this. Please tell your administrator.";
    private const string Template = "The AI model does not take this conversation. Please begin a new one, or choose another model.";
    private const string Contents = "The AI service refused to answer because of its content rules. Please change the text.";
    private const string Credit = "The AI service's credit is used up. Please tell your administrator.";

    public static OddAnswer[] Texts { get; } =
    [
        .. TooLong(
            (
                "OpenAI's code",
                Reply.Refusal(
                    400,
                    """{"error":{"message":"Please use fewer words.","type":"invalid_request_error","param":"messages","cod"""
                        + """e":"context_length_exceeded"}}"""
                )
            ),
            (
                "llama.cpp's type",
                Reply.Refusal(
                    400,
                    """{"error":{"code":400,"message":"request (14429 tokens) exceeds the available context size (8192 tokens), """
                        + """try increasing it","type":"exceed_context_size_error","n_prompt_tokens":14429,"n_ctx":8192}}"""
                )
            ),
            (
                "llama.cpp as a 500",
                Reply.Refusal(500, """{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}""")
            ),
            (
                "llama.cpp with status 200",
                Reply.Whole(
                    """{"error":{"code":400,"message":"the request exceeds the available context size. try increasing the """
                        + """context size or enable context shift","type":"invalid_request_error"}}"""
                )
            ),
            (
                "llama.cpp of 2025: a field called error",
                Reply.Lines(
                    "error: {\"code\":400,\"message\":\"the request exceeds the available context "
                        + "size.\",\"type\":\"invalid_request_error\"}\n\n",
                    "data: [DONE]\n\n"
                )
            ),
            (
                "Gemini: a list around it",
                Reply.Refusal(
                    400,
                    """[{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens """
                        + """allowed (1048576).","status":"INVALID_ARGUMENT"}}]"""
                )
            ),
            (
                "LocalAI's 500",
                Reply.Refusal(
                    500,
                    """{"error":{"code":500,"message":"rpc error: code = Internal desc = request (20652 tokens) exceeds the """
                        + """available context size (8192 tokens), try increasing it","type":""}}"""
                )
            ),
            (
                "vLLM inside of a stream",
                Reply.Data(
                    """{"error":{"object":"error","message":"The decoder prompt (length 5000) is longer than the maximum model """
                        + """length of 4096.","type":"BadRequestError","code":400}}"""
                )
            ),
            ("Venice inside of a stream", Reply.Data("""{"error_type":"context_length_exceeded","error_message":"Reduce your prompt."}""")),
            (
                "LM Studio's event",
                Reply.Lines(
                    "event: error\ndata: {\"message\":\"The number of tokens to keep from the initial prompt is greater "
                        + "than the context length.\"}\n\n"
                )
            ),
            (
                "Mistral",
                Reply.Refusal(
                    400,
                    """{"object":"error","message":"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32"""
                        + """768 maximum context length","type":"invalid_request_error","code":3051}"""
                )
            ),
            (
                "TGI, Together",
                Reply.Refusal(
                    422,
                    """{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs"""
                        + """` tokens and 512 `max_new_tokens`","error_type":"validation"}"""
                )
            ),
            ("llama-cpp-python", Reply.Refusal(500, """{"detail":"Requested tokens (2285) exceed context window of 2048"}""")),
            (
                "OpenRouter: the cause inside",
                Reply.Refusal(
                    400,
                    """{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"message\":\"prompt is too """
                        + """long: 210000 tokens > 200000 maximum\"}"}}}"""
                )
            ),
            (
                "OpenAI: larger than a minute's rate",
                Reply.Refusal(
                    429,
                    """{"error":{"message":"Request too large for small in organization o on tokens per min (TPM): Limit 10000, """
                        + """Requested 20000. The input or output tokens must be reduced in order to run successfully.","typ"""
                        + """e":"tokens","code":"rate_limit_exceeded"}}"""
                )
            )
        ),
        new(
            "a wrong key as 400",
            "Gemini, xAI",
            Reply.Refusal(
                400,
                """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]"""
            )
        )
        {
            Error = "Endpoint test, model small: The endpoint answered 400: API key not valid. Please pass a valid API key.",
            UserError = Refuses,
        },
        new(
            "a wrong key as 500, with that key and others",
            "LiteLLM",
            Reply.Refusal(
                500,
                """{"error":{"message":"litellm.AuthenticationError: Incorrect API key provided: sk-abcdefghij0123456789. """
                    + """Header was Bearer very-secret-key at https://me:pass@proxy/v1?api_key=abc123","code":"500"}}"""
            )
        )
        {
            Error = "Incorrect API key provided: ***. Header was Bearer *** at https://***@proxy/v1?api_key=***",
            UserError = Refuses,
        },
        new(
            "no such model as 400",
            "Groq, DeepSeek, Together",
            Reply.Refusal(
                400,
                """{"error":{"message":"The model `small` has been decommissioned and is no longer supported.","code":"model"""
                    + """_decommissioned"}}"""
            )
        )
        {
            Error = "The endpoint answered 400: The model `small` has been decommissioned",
            UserError = NoModel,
        },
        new(
            "no credit as 400",
            "Anthropic's layer",
            Reply.Refusal(400, """{"error":{"message":"Your credit balance is too low to access the API."}}""")
        )
        {
            Error = "answered 400",
            UserError = Credit,
        },
        new(
            "a filter of contents as 400",
            "Azure",
            Reply.Refusal(
                400,
                """{"error":{"code":"content_filter","message":"The response was filtered.","innererror":{"cod"""
                    + """e":"ResponsibleAIPolicyViolation"}}}"""
            )
        )
        {
            Error = "The endpoint answered 400: The response was filtered.",
            UserError = Contents,
        },
        new(
            "a template that refuses, as 500",
            "llama.cpp, mistral.rs",
            Reply.Refusal(
                500,
                """{"error":{"code":500,"message":"Value is not callable: raise_exception at row 1","type":"server_error"}}"""
            )
        )
        {
            Error = "The endpoint answered 500: Value is not callable",
            UserError = Template,
        },
        new(
            "an error of no use inside of a stream",
            "OpenRouter: the provider went away",
            Reply.Data(
                Reply.Delta("Ye"),
                """{"error":{"code":502,"message":"Provider disconnected"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}"""
            )
        )
        {
            Error = "Endpoint test, model small: The endpoint answered an error: Provider disconnected",
            UserError = OddAnswers.Unwell,
            IsRetried = true,
        },
        new(
            "a refused name of the limit",
            "OpenAI's newer models behind a proxy",
            Reply.Refusal(
                400,
                """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use '"""
                    + """max_completion_tokens' instead.","param":"max_tokens","code":"unsupported_parameter"}}"""
            )
        )
        {
            Output = "Fine.",
            Calls = 2,
        },
        new(
            "a limit above the model's",
            "DeepSeek, OpenAI",
            Reply.Refusal(400, """{"error":{"message":"Invalid max_tokens value, the valid range of max_tokens is [1, 2048]"}}""")
        )
        {
            Output = "Fine.",
            Calls = 2,
        },
        new(
            "a limit above what is left",
            "vLLM",
            Reply.Refusal(
                400,
                """{"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum """
                    + """context length is 4096 tokens and your request has 90 input tokens (4096 > 4096 - 90)."}}"""
            )
        )
        {
            Output = "Fine.",
            Calls = 2,
        },
        new(
            "no streams",
            "models behind LiteLLM, early o1",
            Reply.Refusal(
                400,
                """{"error":{"message":"Unsupported value: 'stream' does not support true with this model.","param":"stream"}}"""
            ),
            Reply.Content("Yes.")
        )
        {
            Output = "Yes.",
            Calls = 2,
        },
    ];

    private static IEnumerable<OddAnswer> TooLong(params (string Report, Reply Reply)[] refusals) =>
        refusals.Select(refusal => new OddAnswer("a text that is too long", refusal.Report, refusal.Reply)
        {
            Error = "Endpoint test, model small: The endpoint answered ",
            UserError = OddAnswers.TooLong,
        });
}
