using System.Text;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Good answers in odd forms, and answers that are none.</summary>
internal static class OddAnswers
{
    public const string TooLong = "The text is too long for the AI model: please shorten it, or choose a model that takes longer texts.";
    public const string Unwell = "The AI service does not answer as it should. Please try again later.";
    private const string Note = "\n\n[The answer ends here: it reached the longest length that the AI model was allowed.]";

    public static OddAnswer[] Texts { get; } =
    [
        new("a cut answer, in pieces", "every server", Reply.Cut("length", "The ship left har"), Reply.Pieces("harbour at", " noon."))
        {
            Output = "The ship left harbour at noon.",
            Calls = 2,
        },
        new("a cut answer, whole", "every server", Reply.Content("The ship left har", "length"), Reply.Content("harbour at noon."))
        {
            Output = "The ship left harbour at noon.",
            Calls = 2,
        },
        new(
            "a cut answer by another word, repeated where it goes on",
            "Mistral: model_length",
            Reply.Cut("model_length", "The ship left harbour at "),
            Reply.Pieces("The ship left harbour at noon.")
        )
        {
            Output = "The ship left harbour at noon.",
            Calls = 2,
        },
        new(
            "an answer that never ends",
            "small models that repeat themselves",
            [.. Enumerable.Repeat(Reply.Cut("length", "again and "), 5)]
        )
        {
            Output = "again again again again again and" + Note,
            Calls = 5,
        },
        new(
            "no room to go on",
            "Ollama, llama.cpp: the context is full",
            Reply.Cut("length", "The ship left har"),
            Reply.Refusal(400, """{"error":{"message":"the input length exceeds the context length"}}""")
        )
        {
            Output = "The ship left har" + Note,
            Calls = 2,
        },
        new("thoughts between marks", "DeepSeek R1, Qwen", Reply.Pieces("<thi", "nk>Hm.</th", "ink>\n\nYes", ".")) { Output = "Yes." },
        new(
            "only the end of thoughts, in pieces",
            "vLLM, LM Studio: the template opens them",
            Reply.Pieces("Hm, wh", "at?\n</th", "ink>\n\nYes.")
        )
        {
            Output = "Yes.",
        },
        new("only the end of thoughts, whole", "llama.cpp: reasoning-format none", Reply.Content("Hm, what?\n</think>\n\nYes."))
        {
            Output = "Yes.",
        },
        new("thoughts about the mark itself", "llama.cpp", Reply.Content("<think>Is </think> a tag? </think>Yes.")) { Output = "Yes." },
        new("thoughts twice", "MiniMax: interleaved", Reply.Pieces("<think>a</think>One.", "\n<think>b</think>", "\nTwo."))
        {
            Output = "One.\nTwo.",
        },
        new("thoughts by another name", "Gemini's layer: thought", Reply.Pieces("<thought>", "Hm.</thought>", "Yes.")) { Output = "Yes." },
        new("thoughts in brackets", "Magistral: THINK", Reply.Content("[THINK]Hm.[/THINK]Yes.")) { Output = "Yes." },
        new("thoughts with a maker's name", "Seed-OSS", Reply.Pieces("<seed", ":think>Hm.</seed:think>Yes.")) { Output = "Yes." },
        new("thoughts between triangles", "Kimi-VL", Reply.Pieces("◁thi", "nk▷Hm.◁/think▷Yes.")) { Output = "Yes." },
        new(
            "channels",
            "gpt-oss without a parser",
            Reply.Pieces("<|channel|>analysis<|mess", "age|>Hm.<|end|><|start|>assistant<|chan", "nel|>final<|message|>Yes.<|return|>")
        )
        {
            Output = "Yes.",
        },
        new(
            "thoughts in a member of their own",
            "DeepSeek, vLLM",
            Reply.Data("""{"choices":[{"delta":{"reasoning_content":"Hm."}}]}""", Reply.Delta("Yes."))
        )
        {
            Output = "Yes.",
        },
        new(
            "content as a list of parts, in pieces",
            "Mistral: magistral",
            Reply.Data(
                """{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}}]}""",
                """{"choices":[{"delta":{"content":[{"type":"text","text":"Yes"},{"type":"reference","reference_ids":[1]}]}}]}""",
                Reply.Delta(".")
            )
        )
        {
            Output = "Yes.",
        },
        new(
            "content as a list of parts, whole",
            "Mistral, Databricks",
            Reply.Message("""{"content":[{"type":"reasoning","summary":[]},{"type":"text","text":"Yes."}]}""")
        )
        {
            Output = "Yes.",
        },
        new("content as an object", "text-generation proxies", Reply.Message("""{"content":{"type":"text","text":"Yes."}}"""))
        {
            Output = "Yes.",
        },
        new("content as a number", "proxies that guess kinds", Reply.Message("""{"content":42}""")) { Output = "42" },
        new(
            "members of another kind",
            "Perplexity, Vercel, OpenCode: created as fraction, text or null",
            Reply.Data(
                """{"id":7,"created":1716326479.52,"choices":[{"index":"0","delta":{"content":"Ye"},"finish_reason":""}],"usage":[]}""",
                """{"id":null,"created":"2026-01-01","choices":[{"index":null,"delta":{"content":"s."},"finish_reaso"""
                    + """n":"null"}],"error":null}""",
                """{"created":null,"choices":[{"delta":{},"finish_reason":"eos_token"}],"error":{}}"""
            )
        )
        {
            Output = "Yes.",
        },
        new("events called JSON", "proxies", Reply.Pieces("Yes.") with { Type = Reply.Json }) { Output = "Yes." },
        new(
            "events called plain text",
            "GitHub Copilot, LocalAI behind nginx",
            Reply.Pieces("Yes.") with
            {
                Type = "text/plain; charset=utf-8",
            }
        )
        {
            Output = "Yes.",
        },
        new("events called nothing", "small servers", Reply.Pieces("Yes.") with { Type = null }) { Output = "Yes." },
        new("JSON called events", "LiteLLM, OpenRouter: models that cannot stream", Reply.Content("Yes.") with { Type = Reply.Events })
        {
            Output = "Yes.",
        },
        new("JSON called binary", "serverless gateways", Reply.Content("Yes.") with { Type = "application/octet-stream" })
        {
            Output = "Yes.",
        },
        new("JSON called a page", "text-generation-webui behind Apache", Reply.Content("Yes.") with { Type = "text/html" })
        {
            Output = "Yes.",
        },
        new(
            "JSON line by line",
            "Ollama's own API behind a rewrite",
            Reply.Lines(
                """{"model":"m","message":{"role":"assistant","content":"Ye"},"done":false}""" + "\n",
                """{"model":"m","message":{"role":"assistant","content":"s."},"done":false}""" + "\n",
                """{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}""" + "\n"
            ) with
            {
                Type = "application/x-ndjson",
            }
        )
        {
            Output = "Yes.",
        },
        new("a list without its wrapper", "Gemini's layer", Reply.Whole("""[{"choices":[{"message":{"content":"Yes."}}]}]"""))
        {
            Output = "Yes.",
        },
        new("one choice without its list", "small proxies", Reply.Whole("""{"choices":{"message":{"content":"Yes."}}}"""))
        {
            Output = "Yes.",
        },
        new("a wrapper too many", "Cloudflare Workers AI", Reply.Whole("""{"result":{"response":"Yes."},"success":true,"errors":[]}"""))
        {
            Output = "Yes.",
        },
        new("the API for completions", "KoboldCpp, Together", Reply.Whole("""{"choices":[{"text":"Yes.","finish_reason":"stop"}]}"""))
        {
            Output = "Yes.",
        },
        new("a plain text", "llamafile, home-made servers", Reply.Whole("Yes, “it” is.", "text/plain")) { Output = "Yes, “it” is." },
        new(
            "JSON over many lines behind white space",
            "DeepSeek: empty lines keep the line open",
            Reply.Whole(
                "\n\n\r\n{\n  \"choices\": [\n    {\n      \"message\": {\n        \"content\": \"{ Yes }\"\n      }\n    }\n  ]\n}\n"
            )
        )
        {
            Output = "{ Yes }",
        },
        new("a mark of the byte order", ".NET and PHP proxies", Reply.Whole("\uFEFF" + """{"choices":[{"message":{"content":"Yes."}}]}"""))
        {
            Output = "Yes.",
        },
        new(
            "comments between events",
            "OpenRouter, DeepSeek",
            Reply.Lines(
                ": OPENROUTER PROCESSING\n\n",
                $"data:{Reply.Delta("Yes.")}\r\n\r\n",
                ": keep-alive\n\ndata:\n\ndata: \n\nevent: ping\ndata: {\"type\":\"ping\"}\n\nid: 3\nretry: 10\n",
                "data: [DONE]"
            )
        )
        {
            Output = "Yes.",
        },
        new(
            "events without empty lines between them",
            "text-generation-webui, Spring gateways",
            Reply.Lines($"data: {Reply.Delta("Ye")}\ndata: {Reply.Delta("s.")}\ndata: [DONE]\n")
        )
        {
            Output = "Yes.",
        },
        new(
            "data over several lines",
            "pretty-printing proxies",
            Reply.Lines("data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"Yes.\"}}]}\n\n", "data: [DONE]\n\n")
        )
        {
            Output = "Yes.",
        },
        new(
            "no mark at the end",
            "Cloudflare, Cohere's layer",
            Reply.Lines($"data: {Reply.Delta("Yes.")}\n\n", "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")
        )
        {
            Output = "Yes.",
        },
        new(
            "a reason for the end in each piece",
            "Gemini's layer",
            Reply.Data(
                """{"choices":[{"delta":{"content":"Ye"},"finish_reason":"stop"}]}""",
                """{"choices":[{"delta":{"content":"s."},"finish_reason":"stop"}]}"""
            )
        )
        {
            Output = "Yes.",
        },
        new(
            "all of it once more at the end",
            "Copilot proxies",
            Reply.Data(Reply.Delta("Yes."), """{"choices":[{"message":{"content":"Yes."},"finish_reason":"stop"}]}""")
        )
        {
            Output = "Yes.",
        },
        new(
            "chunks with no choice",
            "Azure: filter results first, tokens last",
            Reply.Data(
                """{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}""",
                Reply.Delta("Yes."),
                """{"choices":null,"usage":{"total_tokens":3}}"""
            )
        )
        {
            Output = "Yes.",
        },
        new(
            "a character cut between two chunks",
            "proxies with small buffers",
            Cut($"data: {Reply.Delta("x").Replace("x", "Ähm 🐢", StringComparison.Ordinal)}\n\ndata: [DONE]\n\n")
        )
        {
            Output = "Ähm 🐢",
        },
        new(
            "a character cut between two events",
            "llama.cpp, MLX: tokens are bytes",
            new Reply(
                200,
                Reply.Events,
                [.. """data: {"choices":[{"delta":{"content":"Hi """u8, 0xF0, 0x9F, .. "\"}}]}\n\n"u8],
                [.. """data: {"choices":[{"delta":{"content":" """u8[..^1], 0x90, 0xA2, .. "\"}}]}\n\ndata: [DONE]\n\n"u8]
            )
        )
        {
            Output = "Hi 🐢",
        },
        new(
            "half a character each, escaped",
            "vLLM forks, TGI",
            Reply.Data("""{"choices":[{"delta":{"content":"Hi \ud83d"}}]}""", """{"choices":[{"delta":{"content":"\udc22 and \udead"}}]}""")
        )
        {
            Output = "Hi 🐢 and \uFFFD",
        },
        new("a special token at the end", "llama.cpp, vLLM: wrong template", Reply.Pieces("Yes.", "<|im_", "end|>")) { Output = "Yes." },
        new("a refusal of the model's own", "OpenAI", Reply.Message("""{"content":null,"refusal":"I cannot help with that."}"""))
        {
            Output = "I cannot help with that.",
        },
        new("nothing at all", "LM Studio: the text does not fit", Reply.Data("""{"choices":[{"delta":{"role":"assistant"}}]}"""))
        {
            Error = "The answer is empty.",
            UserError = Unwell,
        },
        new("thoughts and nothing else", "vLLM: parser of another model", Reply.Message("""{"content":null,"reasoning_content":"Yes."}"""))
        {
            Error = "The answer has thoughts and nothing else.",
            UserError = Unwell,
        },
        new("an error as a plain text", "proxies", Reply.Whole("Internal Server Error: worker died", "text/plain"))
        {
            Error = "The endpoint answered an error: Internal Server Error: worker died",
            UserError = Unwell,
            IsRetried = true,
        },
        new("a page", "a wrong address", Reply.Whole("<!doctype html><title>Welcome</title>", "text/html"))
        {
            Error = "The endpoint answered \"text/html\", which is neither JSON nor a stream of events; is the address right?",
            UserError = Unwell,
        },
    ];

    private static Reply Cut(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new Reply(200, Reply.Events, [.. bytes.Chunk(1)]);
    }
}
