using System.Globalization;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>
/// Looks at a connection from both sides, and explains its faults. It never sends a secret to a Nextcloud that has locked apps out,
/// which would prolong the lock-out.
/// </summary>
internal sealed class CheckNextcloud(INextcloudStore store, NextcloudSecrets secrets, ReadNextcloud readNextcloud, TimeProvider time)
{
    private static readonly TimeSpan TolerableClock = TimeSpan.FromMinutes(1);

    /// <summary>A server that works for a connection has contact more often.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(90);

    /// <summary>A result is told within seconds of its end.</summary>
    private static readonly TimeSpan LongestResult = TimeSpan.FromMinutes(10);

    /// <param name="id">The connection.</param>
    /// <param name="own">Where the Nextcloud reaches this server.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The findings, good and bad; null when there is no such connection.</returns>
    public async Task<IReadOnlyList<NextcloudFinding>?> RunAsync(string id, Uri own, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } connection)
            return null;

        var findings = new List<NextcloudFinding>();
        if (!connection.Enabled)
            findings.Add(
                NextcloudFinding.Bad(
                    connection.FromSettings
                        ? $"The connection is disabled in the settings, or no longer in them (Nextclouds:Connections:{id})"
                        : $"The connection is disabled here; \"nextcloud enable {id}\" takes tasks again"
                )
            );
        if (secrets.TryUnprotect(connection) is not { } secret)
            findings.Add(
                NextcloudFinding.Bad($"Its secret was encrypted with a key that is lost; \"nextcloud rotate {id}\" makes another")
            );
        else if (await CheckAddressAsync(findings, new KnownNextcloud(connection, secret), cancellationToken))
            await CheckAppAsync(findings, new KnownNextcloud(connection, secret), own, cancellationToken);

        CheckUploads(findings, connection);
        await CheckResultsAsync(findings, id, cancellationToken);
        return findings;
    }

    private async Task<bool> CheckAddressAsync(List<NextcloudFinding> findings, KnownNextcloud known, CancellationToken cancellationToken)
    {
        try
        {
            var status = await readNextcloud.StatusAsync(known, cancellationToken);
            findings.Add(NextcloudFinding.Good($"Nextcloud {status.Version} answers at {known.Connection.Url}"));
            if (NextcloudTypes.Major(status.Version) < NextcloudTypes.OldestVersion)
                findings.Add(NextcloudFinding.Bad($"It is too old: task processing came with Nextcloud {NextcloudTypes.OldestVersion}"));
            if (status.Date is { } date && (date - time.GetUtcNow()).Duration() is var difference && difference > TolerableClock)
                findings.Add(
                    NextcloudFinding.Bad(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"Its clock and this one differ by {difference.TotalMinutes:0} minutes: times of tasks and of locks are wrong"
                        )
                    )
                );
            if (!status.IsInstalled)
                findings.Add(NextcloudFinding.Bad("Its set-up has not ended"));
            if (status.IsInMaintenance)
                findings.Add(NextcloudFinding.Bad("It is in maintenance mode; \"occ maintenance:mode --off\" ends that"));
            return status is { IsInstalled: true, IsInMaintenance: false };
        }
        catch (OcsException error)
        {
            findings.Add(NextcloudFinding.Bad(Sentence(NextcloudTroubles.Of(error, known.Connection, time.GetUtcNow()), known.Connection)));
            return false;
        }
    }

    private async Task CheckAppAsync(List<NextcloudFinding> findings, KnownNextcloud known, Uri own, CancellationToken cancellationToken)
    {
        var connection = known.Connection;
        if (connection is { Trouble: NextcloudTrouble.LockedOut, ProblemUntil: { } until } && until > time.GetUtcNow())
        {
            findings.Add(NextcloudFinding.Bad(LockedOut(connection.Problem!)));
            return;
        }

        try
        {
            if (await readNextcloud.IsEnabledAsync(known, cancellationToken))
                CheckWork(findings, connection, own);
            else
                findings.Add(
                    NextcloudFinding.Bad($"It knows the app and the secret, but the app is not enabled: {OccCommands.Enable(connection)}")
                );
        }
        catch (OcsException error)
        {
            var contact = NextcloudTroubles.Of(error, connection, time.GetUtcNow());
            findings.Add(NextcloudFinding.Bad(Sentence(contact, connection)));
            if (contact.Trouble is NextcloudTrouble.NotRegistered or NextcloudTrouble.WrongSecret)
                findings.AddRange(Advice(contact.Trouble, connection, own).Select(line => new NextcloudFinding(IsGood: null, line)));
        }
    }

    private void CheckWork(List<NextcloudFinding> findings, Nextcloud connection, Uri own)
    {
        findings.Add(NextcloudFinding.Good("It knows the app and the secret, and the app is enabled"));
        if (!connection.Enabled)
            return;

        var types = TypeNames.Read(connection.Offered) ?? [];
        if (connection.EnabledThere is not true)
            findings.Add(
                NextcloudFinding.Bad(
                    $"Its call to this server never arrived: can it reach {own}, and is a server running? "
                        + $"Then disable and enable the app there: {OccCommands.Enable(connection)}"
                )
            );
        else if (connection.OfferedAt is null)
            findings.Add(NextcloudFinding.Bad("Providers are not registered there yet: is a server running on this database?"));
        else if (types.Count == 0)
            findings.Add(NextcloudFinding.Bad("Nothing is offered: no task type that it knows, and that the filter names, is served here"));
        else
            findings.Add(
                NextcloudFinding.Good(
                    string.Create(CultureInfo.InvariantCulture, $"{types.Count} task type(s) are offered: {string.Join(", ", types)}")
                )
            );

        if (connection.Trouble != NextcloudTrouble.None)
            findings.Add(NextcloudFinding.Bad($"The running server met this at {Time(connection.ProblemSince)}: {connection.Problem}"));
        else if (connection.ContactAt is { } contact && time.GetUtcNow() - contact > LongestSilence)
            findings.Add(NextcloudFinding.Bad($"No server has had contact since {Time(contact)}: is one running on this database?"));
    }

    private static void CheckUploads(List<NextcloudFinding> findings, Nextcloud connection)
    {
        if (connection.RefusedUploadBytes is not { } bytes)
            return;

        var megabytes = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#}");
        findings.Add(
            NextcloudFinding.Bad(
                $"It refused a file of {megabytes} MB at {Time(connection.RefusedUploadAt)}: raise PHP's upload_max_filesize and "
                    + "post_max_size and the web server's limit (nginx: client_max_body_size), or let large files go by WebDAV "
                    + "(--upload-by-webdav)"
            )
        );
    }

    private async Task CheckResultsAsync(List<NextcloudFinding> findings, string id, CancellationToken cancellationToken)
    {
        var load = (await store.ListLoadAsync(cancellationToken)).FirstOrDefault(load => load.NextcloudId == id);
        if (load?.OldestResultSince is { } since && time.GetUtcNow() - since > LongestResult)
            findings.Add(
                NextcloudFinding.Bad(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{load.Finishing} result(s) wait for it, the oldest since {NextcloudCondition.Time(since)}: "
                    ) + "each is sent again and again, for seven days"
                )
            );
    }

    private static string Sentence(NextcloudContact contact, Nextcloud connection) =>
        contact.Trouble switch
        {
            NextcloudTrouble.LockedOut => LockedOut(contact.Problem!),
            NextcloudTrouble.Certificate => $"{contact.Problem}. The certificate's issuer must be trusted by this machine",
            NextcloudTrouble.Unreachable => $"{contact.Problem} ({connection.Url})",
            _ => contact.Problem!,
        };

    private static string LockedOut(string problem) => $"{problem}. \"occ security:bruteforce:reset ADDRESS-OF-THIS-SERVER\" ends that";

    private static IEnumerable<string> Advice(NextcloudTrouble trouble, Nextcloud connection, Uri own) =>
        trouble == NextcloudTrouble.NotRegistered
            ? ["There, with the secret of the connection:", .. OccCommands.Register(connection, "SECRET", own)]
            :
            [
                $"There, with the secret of the connection (\"nextcloud rotate {connection.Id}\" makes a new one):",
                .. OccCommands.RegisterAnew(connection, "SECRET", own),
            ];

    private static string Time(DateTimeOffset? time) => time is { } known ? NextcloudCondition.Time(known) : "an unknown time";
}

/// <summary>One thing that was found.</summary>
/// <param name="IsGood">Null for a line of advice on the finding before.</param>
/// <param name="Text">A sentence, or what to type.</param>
internal sealed record NextcloudFinding(bool? IsGood, string Text)
{
    public static NextcloudFinding Good(string text) => new(true, text);

    public static NextcloudFinding Bad(string text) => new(false, text);
}
