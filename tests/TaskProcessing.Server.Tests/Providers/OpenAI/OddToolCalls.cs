namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Calls of tools in odd forms.</summary>
internal static class OddToolCalls
{
    private const string NoTools = "The AI model cannot use tools. Please choose another model, or tell your administrator.";

    public static OddAnswer[] Tools { get; } =
    [
        new(
            "all calls with index 0",
            "Ollama",
            Reply.Tools(
                """{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Ulm\"}"}}""",
                """{"index":0,"id":"b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bonn\"}"}}"""
            )
        )
        {
            ToolCalls =
                """[{"name":"weather","type":"tool_call","id":"a","args":{"city":"Ulm"}},{"name":"weather","typ"""
                + """e":"tool_call","id":"b","args":{"city":"Bonn"}}]""",
        },
        new(
            "all calls with index 0, whole",
            "Ollama",
            Reply.Message(
                """{"content":"","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0"""
                    + ""","id":"b","function":{"name":"g","arguments":"{}"}}]}""",
                "tool_calls"
            )
        )
        {
            ToolCalls = """[{"name":"f","type":"tool_call","id":"a","args":{}},{"name":"g","type":"tool_call","id":"b","args":{}}]""",
        },
        new(
            "neither index nor id",
            "LocalAI, older Ollama",
            Reply.Tools("""{"function":{"name":"f","arguments":"{\"a\":1}"}}""", """{"function":{"name":"f","arguments":"{\"a\":2}"}}""")
        )
        {
            ToolCalls =
                """[{"name":"f","type":"tool_call","id":"call_0","args":{"a":1}},{"name":"f","type":"tool_call","id":"call_"""
                + """1","args":{"a":2}}]""",
        },
        new(
            "id and name in each piece",
            "SGLang, Qwen's service",
            Reply.Tools(
                """{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\""}}""",
                """{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}""",
                """{"index":0,"id":"","function":{"name":null,"arguments":""}}"""
            )
        )
        {
            ToolCalls = """[{"name":"f","type":"tool_call","id":"a","args":{"a":1}}]""",
        },
        new(
            "the arguments once more at the end",
            "Groq's and Copilot's proxies",
            Reply.Tools(
                """{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":1}"}}""",
                """{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":1}"}}"""
            )
        )
        {
            ToolCalls = """[{"name":"f","type":"tool_call","id":"a","args":{"a":1}}]""",
        },
        new(
            "arguments as an object, null, or a text in a text",
            "Ollama's own API, vLLM, GLM",
            Reply.Tools(
                """{"index":0,"id":"a","function":{"name":"f","arguments":{"a":1}}},{"index":1,"id":"b","function":"""
                    + """{"name":"f","arguments":null}}""",
                """{"index":2,"id":"c","function":{"name":"f","arguments":"\"{\\\"a\\\":3}\""}}"""
            )
        )
        {
            ToolCalls =
                """[{"name":"f","type":"tool_call","id":"a","args":{"a":1}},{"name":"f","type":"tool_call","id":"b","args":{"""
                + """}},{"name":"f","type":"tool_call","id":"c","args":{"a":3}}]""",
        },
        new(
            "a call without its list, its id a number",
            "small proxies",
            Reply.Message("""{"content":null,"tool_calls":{"id":7,"function":{"name":"f","arguments":"{}"}}}""")
        )
        {
            ToolCalls = """[{"name":"f","type":"tool_call","id":"7","args":{}}]""",
        },
        new(
            "the older form of a call",
            "Azure's older versions",
            Reply.Message("""{"content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}}""", "function_call")
        )
        {
            ToolCalls = """[{"name":"f","type":"tool_call","id":"call_0","args":{"a":1}}]""",
        },
        new(
            "a signature beside a call, in pieces",
            "Gemini's layer: extra_content",
            Reply.Tools(
                """{"index":0,"id":"a","extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"nam"""
                    + """e":"f","arguments":"{}","strict":true}}"""
            )
        )
        {
            ToolCalls =
                """[{"name":"f","type":"tool_call","id":"a","args":{},"extra_content":{"google":{"thought_signature":"c2ln"}"""
                + """},"function":{"strict":true}}]""",
        },
        new(
            "a signature beside a call, whole",
            "Gemini's layer: extra_content",
            Reply.Message(
                """{"content":"","tool_calls":[{"id":"a","extra_content":{"google":{"thought_signature":"c2ln"}},"function":"""
                    + """{"name":"f","arguments":"{}"}}]}"""
            )
        )
        {
            ToolCalls = """[{"name":"f","type":"tool_call","id":"a","args":{},"extra_content":{"google":{"thought_signature":"c2ln"}}}]""",
        },
        new(
            "arguments that the limit of tokens cut",
            "every server",
            Reply.ToolsUntil("length", """{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":\"lo"}}""")
        )
        {
            Error = "The limit of tokens cut the arguments of the call of f.",
            UserError = "The AI model's answer was too long to be finished. Please allow a longer answer, or ask for less at once.",
        },
        new(
            "no tools at all",
            "Ollama",
            Reply.Refusal(400, """{"error":{"message":"registry.ollama.ai/library/gemma:2b does not support tools","type":"api_error"}}""")
        )
        {
            Error = "The endpoint answered 400: registry.ollama.ai/library/gemma:2b does not support tools",
            UserError = NoTools,
        },
        new(
            "tools that are switched off",
            "vLLM, llama.cpp: a flag is missing",
            Reply.Refusal(
                400,
                """{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-"""
                    + """parser to be set","code":400}"""
            )
        )
        {
            Error = "tool choice requires --enable-auto-tool-choice",
            UserError = NoTools,
        },
    ];
}
