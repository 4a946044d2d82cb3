using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Providers.OpenAI;

/// <summary>Section <c>Providers:OpenAI:{name}</c>: one endpoint with OpenAI's API. Only its address is required.</summary>
internal sealed class OpenAIEndpointOptions : IValidatableObject
{
    /// <summary>The address below which the API is, such as <c>http://127.0.0.1:11434/v1</c>; one without a path gets <c>/v1</c>.</summary>
    public string BaseAddress { get; set; } = "";

    /// <summary>The key that the endpoint asks for. Default none.</summary>
    public string? Key { get; set; }

    /// <summary>A file that holds nothing but the key, read at the start. Default none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The model for texts unless a task names another. Default: the first one of the endpoint's list that can chat.</summary>
    public string? Model { get; set; }

    /// <summary>The model that reads images. Default: the models of the endpoint's list with such names.</summary>
    public string? VisionModel { get; set; }

    /// <summary>The model that makes images. Default: the models of the endpoint's list with such names.</summary>
    public string? ImageModel { get; set; }

    /// <summary>The size of images for tasks that name none, such as <c>1024x1024</c>. Default: as the model sees fit.</summary>
    public string? ImageSize { get; set; }

    /// <summary>
    /// From where images and sounds are fetched that the endpoint answers by their address: host names, <c>*.example.com</c>,
    /// addresses, networks, or <c>all</c>. A name of a pattern or of <c>all</c> must have a public address. Default none but the
    /// endpoint's own host and port.
    /// </summary>
    public List<string> MediaHosts { get; set; } = [];

    /// <summary>The model that transcribes speech. Default: the models of the endpoint's list with such names.</summary>
    public string? TranscriptionModel { get; set; }

    /// <summary>The model that speaks. Default: the models of the endpoint's list with such names.</summary>
    public string? SpeechModel { get; set; }

    /// <summary>The voices to choose from, the first being the default. Default: the ones that OpenAI has.</summary>
    public List<string> Voices { get; set; } = [];

    /// <summary>The ids of the task types that the endpoint serves. Default: all that its models can do.</summary>
    public List<string> TaskTypes { get; set; } = [];

    /// <summary>The number of tasks that the endpoint works on at the same time, over all task types. Default 4.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 4;

    /// <summary>The limit of tokens of an answer, unless a task sets another. Default 4096.</summary>
    [Range(1, 10_000_000)]
    public int MaxTokens { get; set; } = 4096;

    /// <summary>
    /// The name of the parameter for that limit. Default: the newer name for openai.com, the older for all others, and
    /// the other of the two for a model that refuses it.
    /// </summary>
    public MaxTokensField MaxTokensField { get; set; }

    /// <summary>
    /// The number of times that a model is asked to continue an answer that reached <see cref="MaxTokens"/>; an answer
    /// that is cut even then has a note at its end. Default 4.
    /// </summary>
    [Range(0, 100)]
    public int MaxContinuations { get; set; } = 4;

    /// <summary>
    /// The message that carries the prompt of a task. Default: one of its own, and the user's for a model that refuses
    /// that.
    /// </summary>
    public PromptRole PromptRole { get; set; }

    /// <summary>The freedom of the model in its words, 0 to 2. Default: the endpoint's own.</summary>
    [Range(0.0, 2.0)]
    public double? Temperature { get; set; }

    /// <summary>
    /// Longer texts are summarised in parts of so many characters, then the summaries together. Default 12000, about 3000
    /// tokens.
    /// </summary>
    [Range(500, 10_000_000)]
    public int SummaryPartCharacters { get; set; } = 12_000;

    /// <summary>
    /// The longest part of a text that is read aloud at once, in characters. The sounds of the parts become one file.
    /// Default 4000: OpenAI's models take 4096.
    /// </summary>
    [Range(100, 10_000_000)]
    public int SpeechPartCharacters { get; set; } = 4000;

    /// <summary>
    /// True to ask for answers word by word. Default true: it keeps proxies from giving up, and shows users partial
    /// answers.
    /// </summary>
    public bool Stream { get; set; } = true;

    /// <summary>The seconds that an answer may take to begin; a model may have to be loaded first. Default 300.</summary>
    [Range(1, 86_400)]
    public int AnswerSeconds { get; set; } = 300;

    /// <summary>The seconds that may pass between two words of an answer. Default 60.</summary>
    [Range(1, 86_400)]
    public int SilenceSeconds { get; set; } = 60;

    /// <summary>
    /// The seconds for which a call with a temporary error is tried again within a task; then the task goes back into the
    /// queue. Default 45.
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

    /// <summary>Replacements of built-in prompts, by their names. Default none.</summary>
    public Dictionary<string, string> Prompts { get; set; } = [];

    /// <summary>The address below which the API is.</summary>
    public Uri Address => new Uri(BaseAddress) is { AbsolutePath: "/" } bare ? new Uri(bare, "v1") : new Uri(BaseAddress.TrimEnd('/'));

    /// <summary>The key, from the setting or the file; null without one.</summary>
    public string? ReadKey() => string.IsNullOrEmpty(KeyFile) ? (string.IsNullOrEmpty(Key) ? null : Key) : File.ReadAllText(KeyFile).Trim();

    /// <summary>True when the endpoint gets the limit of tokens by its newer name.</summary>
    public bool UsesMaxCompletionTokens =>
        MaxTokensField switch
        {
            MaxTokensField.MaxTokens => false,
            MaxTokensField.MaxCompletionTokens => true,
            _ => Address.Host.EndsWith("openai.com", StringComparison.OrdinalIgnoreCase)
                || Address.Host.EndsWith("openai.azure.com", StringComparison.OrdinalIgnoreCase),
        };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(BaseAddress, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return new ValidationResult(
                $"must be an address like http://127.0.0.1:11434/v1, not \"{BaseAddress}\"",
                [nameof(BaseAddress)]
            );
        if (!string.IsNullOrEmpty(Key) && !string.IsNullOrEmpty(KeyFile))
            yield return new ValidationResult("and Key are both set; give one of them", [nameof(KeyFile)]);
        if (KeyProblem() is { } problem)
            yield return new ValidationResult(problem, [nameof(KeyFile)]);

        if (ImageSize is { Length: > 0 } && !Calls.ImageSize.IsOne(ImageSize))
            yield return new ValidationResult($"must be like 1024x1024, not \"{ImageSize}\"", [nameof(ImageSize)]);

        foreach (var (index, host) in MediaHosts.Index())
        {
            if (!Calls.AllowedHosts.IsEntry(host))
                yield return new ValidationResult(
                    $"\"{host}\" is neither \"all\" nor a host name, *.example.com, an address or a network like 10.0.0.0/8",
                    [$"{nameof(MediaHosts)}:{index}"]
                );
        }

        foreach (var (index, type) in TaskTypes.Index())
        {
            if (!OpenAIProviders.TaskTypes.Contains(type))
                yield return new ValidationResult(
                    $"\"{type}\" is none that such endpoints serve; there are {string.Join(", ", OpenAIProviders.TaskTypes)}",
                    [$"{nameof(TaskTypes)}:{index}"]
                );
        }

        foreach (var name in Prompts.Keys.Where(name => !OpenAI.Prompts.Names.Contains(name)))
            yield return new ValidationResult(
                $"is no prompt; there are {string.Join(", ", OpenAI.Prompts.Names)}",
                [$"{nameof(Prompts)}:{name}"]
            );
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

/// <summary>The name of the parameter for the limit of tokens.</summary>
internal enum MaxTokensField
{
    /// <summary>By the endpoint's address, then by its refusals.</summary>
    Auto,

    /// <summary><c>max_tokens</c>, which every server but OpenAI's understands.</summary>
    MaxTokens,

    /// <summary><c>max_completion_tokens</c>, which OpenAI's newer models ask for.</summary>
    MaxCompletionTokens,
}

/// <summary>In which message the prompt of a task is sent.</summary>
internal enum PromptRole
{
    /// <summary>In a message of its own, unless the endpoint refuses that for the model.</summary>
    Auto,

    /// <summary>Always in a message of its own, with the role <c>system</c>.</summary>
    System,

    /// <summary>Always in the user's first message.</summary>
    User,
}
