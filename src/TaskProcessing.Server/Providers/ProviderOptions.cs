namespace TaskProcessing.Server.Providers;

/// <summary>Section <c>Providers</c>: who serves which task type.</summary>
internal sealed class ProviderOptions
{
    /// <summary>
    /// Which provider serves a task type when several could. Default: provider apps before built-in providers, then
    /// whoever registered first.
    /// </summary>
    public List<ProviderPreference> Preferred { get; set; } = [];

    /// <summary>The providers that come with the server.</summary>
    public BuiltInOptions BuiltIn { get; set; } = new();
}

/// <summary>One preference.</summary>
internal sealed class ProviderPreference
{
    /// <summary>The task type's id.</summary>
    public string TaskType { get; set; } = "";

    /// <summary>The id of the provider that shall serve it. Ignored while there is no such provider of that type.</summary>
    public string Provider { get; set; } = "";
}

/// <summary>The providers that come with the server.</summary>
internal sealed class BuiltInOptions
{
    /// <summary>Whether this process runs them. Default true.</summary>
    public bool Enabled { get; set; } = true;
}
