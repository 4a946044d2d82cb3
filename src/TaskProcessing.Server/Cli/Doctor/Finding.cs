namespace TaskProcessing.Server.Cli.Doctor;

/// <summary>One thing that a check found.</summary>
/// <param name="Condition">How it is.</param>
/// <param name="Text">What it is, in a sentence without a full stop.</param>
/// <param name="Advice">What to do about it; null when there is nothing to do.</param>
internal sealed record Finding(Condition Condition, string Text, string? Advice = null)
{
    public static Finding Ok(string text) => new(Condition.Ok, text);

    public static Finding Warning(string text, string advice) => new(Condition.Warning, text, advice);

    public static Finding Failed(string text, string advice) => new(Condition.Failed, text, advice);

    /// <summary>It cannot be looked at before something else is mended, which another check says.</summary>
    public static Finding NotChecked(string reason) => new(Condition.Warning, $"not checked: {reason}", "mend that first");
}

/// <summary>How something is.</summary>
internal enum Condition
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, or may work, but not as it should.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,
}
