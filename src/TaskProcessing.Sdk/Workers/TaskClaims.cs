using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Claims tasks at a server.</summary>
internal sealed class TaskClaims(OcsConnection connection)
{
    private volatile bool _batchesUnknown;

    public async Task<ClaimedTask?> ClaimAsync(
        IReadOnlyCollection<ProviderDescriptor> providers,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        using var request = NextTaskCall.Make(connection, providers, wait);
        return await connection.SendAsync(request, cancellationToken).ConfigureAwait(false) is { } data ? ClaimAnswer.Read(data) : null;
    }

    /// <summary>Claims up to so many tasks without waiting; one, where the server has no such route.</summary>
    public async Task<IReadOnlyList<ClaimedTask>> ClaimManyAsync(
        IReadOnlyCollection<ProviderDescriptor> providers,
        int most,
        CancellationToken cancellationToken
    )
    {
        if (most > 1 && !_batchesUnknown)
        {
            try
            {
                using var request = NextTaskCall.MakeBatch(connection, providers, most);
                var data = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
                return data is { } answer ? ClaimAnswer.ReadBatch(answer) : [];
            }
            catch (OcsException exception) when (exception.Kind == OcsErrorKind.NotFound)
            {
                _batchesUnknown = true;
            }
        }

        return await ClaimAsync(providers, TimeSpan.Zero, cancellationToken).ConfigureAwait(false) is { } task ? [task] : [];
    }
}
