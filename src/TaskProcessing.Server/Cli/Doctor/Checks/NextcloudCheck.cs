using TaskProcessing.Server.Nextclouds.Connecting;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>
/// Whether connected Nextclouds are reached, take the secret and have enabled the app, and whether results wait for them;
/// <c>nextcloud check</c> also says what to type there.
/// </summary>
internal sealed class NextcloudCheck : DatabaseCheck
{
    public override string Name => "nextclouds";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var connections = await services.GetRequiredService<ListNextclouds>().RunAsync(cancellationToken);
        return connections.Count == 0
            ? [Finding.Ok("none is connected")]
            : [.. (await Task.WhenAll(connections.Select(one => LookAsync(one, services, cancellationToken)))).SelectMany(found => found)];
    }

    private static async Task<IEnumerable<Finding>> LookAsync(
        ListedNextcloud listed,
        IServiceProvider services,
        CancellationToken cancellationToken
    )
    {
        var id = listed.Connection.Id;
        if (!listed.Connection.Enabled)
            return [Finding.Warning($"{id} is {listed.State}", $"\"taskprocessing nextcloud enable {id}\" takes tasks again")];

        var own = OwnAddress.ForNextclouds(services, given: null);
        // Null for one that was removed at this moment.
        var findings = await services.GetRequiredService<CheckNextcloud>().RunAsync(id, own, cancellationToken) ?? [];
        return findings
            .Where(finding => finding.IsGood is not null)
            .Select(finding =>
                finding.IsGood == true
                    ? Finding.Ok($"{id}: {finding.Text}")
                    : Finding.Failed($"{id}: {finding.Text}", $"\"taskprocessing nextcloud check {id}\" says more")
            );
    }
}
