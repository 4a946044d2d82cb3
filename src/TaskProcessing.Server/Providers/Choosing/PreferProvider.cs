namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>
/// Puts a provider before the others of its task type, against the configuration; effective when the call returns.
/// </summary>
internal sealed class PreferProvider(IProviderChoiceStore choices, ListProviders providers, AvailableTaskTypes taskTypes)
{
    /// <param name="taskType">The task type's id.</param>
    /// <param name="providerId">The provider's; null lets the configuration decide again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PreferOutcome> RunAsync(string taskType, string? providerId, CancellationToken cancellationToken)
    {
        if (providerId is null)
        {
            var wasPreferred = await choices.ClearPreferenceAsync(taskType, cancellationToken);
            await taskTypes.RefreshAsync(cancellationToken);
            return new PreferOutcome.Cleared(wasPreferred);
        }

        var known = await providers.RunAsync(cancellationToken);
        if (!known.Any(provider => provider.Id == providerId))
            return new PreferOutcome.NoSuchProvider();
        if (!known.Any(provider => provider.Id == providerId && provider.TaskType == taskType))
            return new PreferOutcome.OtherType(known.First(provider => provider.Id == providerId).TaskType);

        await choices.PreferAsync(taskType, providerId, cancellationToken);
        await taskTypes.RefreshAsync(cancellationToken);
        return new PreferOutcome.Preferred();
    }
}

/// <summary>The result of <see cref="PreferProvider"/>.</summary>
internal abstract record PreferOutcome
{
    private PreferOutcome() { }

    public sealed record Preferred : PreferOutcome;

    /// <param name="WasPreferred">True when there was a preference to clear.</param>
    public sealed record Cleared(bool WasPreferred) : PreferOutcome;

    /// <summary>Neither an app nor a running server brings it.</summary>
    public sealed record NoSuchProvider : PreferOutcome;

    /// <summary>It serves another type.</summary>
    public sealed record OtherType(string TaskType) : PreferOutcome;
}
