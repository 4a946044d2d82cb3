namespace TaskProcessing.Providers;

/// <summary>How a thing is that providers work with.</summary>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do about it; null when all is well.</param>
/// <param name="IsFailure">Whether tasks cannot be worked on because of it.</param>
internal sealed record ProviderFinding(string Text, string? Advice = null, bool IsFailure = false);
