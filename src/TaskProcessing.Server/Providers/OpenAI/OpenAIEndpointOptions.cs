using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Providers.OpenAI;

/// <summary>Section <c>Providers:OpenAI:{name}</c>: one endpoint that speaks OpenAI's API. Its address is all that it needs.</summary>
internal sealed class OpenAIEndpointOptions : ICheckedOptions
{
    /// <summary>The address below which the API is, such as <c>http://127.0.0.1:11434/v1</c>; one without a path gets <c>/v1</c>.</summary>
    public string BaseAddress { get; set; } = "";

    /// <summary>The key that the endpoint asks for. Default none.</summary>
    public string? Key { get; set; }

    /// <summary>A file that holds nothing but the key, read at the start. Default none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The model for texts unless a task names another. Default: the first one of the endpoint's list that can chat.</summary>
    public string? Model { get; set; }

    /// <summary>The model that looks at images. Default: those of the endpoint's list whose names say that they can.</summary>
    public string? VisionModel { get; set; }

    /// <summary>The model that makes images. Default: those of the endpoint's list whose names say that they can.</summary>
    public string? ImageModel { get; set; }

    /// <summary>The model that understands speech. Default: those of the endpoint's list whose names say that they can.</summary>
    public string? TranscriptionModel { get; set; }

    /// <summary>The model that speaks. Default: those of the endpoint's list whose names say that they can.</summary>
    public string? SpeechModel { get; set; }

    /// <summary>The voices to choose from, the first being the default. Default: the ones that OpenAI has.</summary>
    public List<string> Voices { get; set; } = [];

    /// <summary>The ids of the task types that the endpoint serves. Default: all that its models can do.</summary>
    public List<string> TaskTypes { get; set; } = [];

    /// <summary>How many tasks the endpoint works on at the same time, over all task types. Default 4.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 4;

    /// <summary>How many tokens an answer may have unless a task says otherwise. Default 4096.</summary>
    [Range(1, 10_000_000)]
    public int MaxTokens { get; set; } = 4096;

    /// <summary>Under which name the endpoint is told. Default: the newer one for openai.com, which refuses the older; the older for all others.</summary>
    public MaxTokensField MaxTokensField { get; set; }

    /// <summary>How freely the model chooses its words. Default: as the endpoint sees fit.</summary>
    [Range(0.0, 2.0)]
    public double? Temperature { get; set; }

    /// <summary>Longer texts are summarised in parts of so many characters, then the summaries together. Default 12000, about 3000 tokens.</summary>
    [Range(500, 10_000_000)]
    public int SummaryPartCharacters { get; set; } = 12_000;

    /// <summary>Whether answers are asked for word by word. Default true: that keeps proxies from giving up, and shows users what is there already.</summary>
    public bool Stream { get; set; } = true;

    /// <summary>How many seconds an answer may take to begin; models that are loaded first take their time. Default 300.</summary>
    [Range(1, 86_400)]
    public int AnswerSeconds { get; set; } = 300;

    /// <summary>How many seconds may pass between two words of an answer. Default 60.</summary>
    [Range(1, 86_400)]
    public int SilenceSeconds { get; set; } = 60;

    /// <summary>
    /// For how many seconds a call that failed for a reason that may pass is tried again within a task; then the task goes
    /// back into the queue. Default 45.
    /// </summary>
    [Range(0, 86_400)]
    public int RetrySeconds { get; set; } = 45;

    /// <summary>After how many seconds the endpoint's list of models is read again. Default 60.</summary>
    [Range(1, 86_400)]
    public int RefreshSeconds { get; set; } = 60;

    /// <summary>
    /// After how many seconds without an answer the endpoint's task types are withdrawn until it answers again; 0 means
    /// never. Default 120.
    /// </summary>
    [Range(0, 31_536_000)]
    public int AwaySeconds { get; set; } = 120;

    /// <summary>Other prompts than those that come along, by their names. Default none.</summary>
    public Dictionary<string, string> Prompts { get; set; } = [];

    /// <summary>The address below which the API is.</summary>
    public Uri Address => new Uri(BaseAddress) is { AbsolutePath: "/" } bare ? new Uri(bare, "v1") : new Uri(BaseAddress.TrimEnd('/'));

    /// <summary>The key, from wherever it comes; null when there is none.</summary>
    public string? ReadKey() => string.IsNullOrEmpty(KeyFile) ? (string.IsNullOrEmpty(Key) ? null : Key) : File.ReadAllText(KeyFile).Trim();

    /// <summary>The name under which the endpoint is told how long an answer may be.</summary>
    public bool SaysMaxCompletionTokens => MaxTokensField switch
    {
        MaxTokensField.MaxTokens => false,
        MaxTokensField.MaxCompletionTokens => true,
        _ => Address.Host.EndsWith("openai.com", StringComparison.OrdinalIgnoreCase) || Address.Host.EndsWith("openai.azure.com", StringComparison.OrdinalIgnoreCase),
    };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (!Uri.TryCreate(BaseAddress, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return (nameof(BaseAddress), $"must be an address like http://127.0.0.1:11434/v1, not \"{BaseAddress}\"");
        if (!string.IsNullOrEmpty(Key) && !string.IsNullOrEmpty(KeyFile))
            yield return (nameof(KeyFile), "and Key are both set; give one of them");
        if (KeyProblem() is { } problem)
            yield return (nameof(KeyFile), problem);

        foreach (var (index, type) in TaskTypes.Index())
        {
            if (!OpenAIProviders.TaskTypes.Contains(type))
                yield return ($"{nameof(TaskTypes)}:{index}", $"\"{type}\" is none that such endpoints serve; there are {string.Join(", ", OpenAIProviders.TaskTypes)}");
        }

        foreach (var name in Prompts.Keys.Where(name => !OpenAI.Prompts.Names.Contains(name)))
            yield return ($"{nameof(Prompts)}:{name}", $"is no prompt; there are {string.Join(", ", OpenAI.Prompts.Names)}");
    }

    private string? KeyProblem()
    {
        try
        {
            return string.IsNullOrEmpty(KeyFile) || ReadKey() is { Length: > 0 } ? null : $"\"{KeyFile}\" is empty";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {error.Message}";
        }
    }
}

/// <summary>Under which name an endpoint is told how long an answer may be.</summary>
internal enum MaxTokensField
{
    /// <summary>By the endpoint's address.</summary>
    Auto,

    /// <summary><c>max_tokens</c>, which every server but OpenAI's understands.</summary>
    MaxTokens,

    /// <summary><c>max_completion_tokens</c>, which OpenAI's newer models ask for.</summary>
    MaxCompletionTokens,
}
