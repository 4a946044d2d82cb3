using System.Globalization;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether this clock agrees with the database's, and with what was written by it before.</summary>
internal sealed class ClockCheck : DatabaseCheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(5);

    /// <summary>What the server itself lets pass.</summary>
    private static readonly TimeSpan Tolerable = TimeSpan.FromMinutes(1);

    public override string Name => "clock";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var probe = services.GetRequiredService<IStoreProbe>();
        var time = services.GetRequiredService<TimeProvider>();
        var asked = time.GetUtcNow();
        var theirs = await probe.ReadClockAsync(cancellationToken);
        var answered = time.GetUtcNow();
        var findings = new List<Finding> { Compare(theirs, asked + ((answered - asked) / 2)) };
        if (await probe.FindNewestTimeAsync(cancellationToken) is { } newest && newest - answered > Tolerable)
            findings.Add(
                Finding.Warning(
                    $"the newest task is of {Table.Time(newest)} UTC, and here it is {Table.Time(answered)}: a clock was set back",
                    "have all machines keep time (systemd-timesyncd, chrony); waiting times end by themselves"
                )
            );
        return findings;
    }

    private static Finding Compare(DateTimeOffset? theirs, DateTimeOffset ours)
    {
        if (theirs is not { } clock)
            return Finding.Ok($"{Table.Time(ours)} UTC; the database goes by it too");

        var difference = (clock - ours).Duration();
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"this clock and the database's differ by {difference.TotalSeconds:0.0} seconds"
        );
        const string Advice = "have both machines keep time (systemd-timesyncd, chrony)";
        return difference > Tolerable ? Finding.Failed(text, Advice)
            : difference > Noticeable ? Finding.Warning(text, Advice)
            : Finding.Ok(text);
    }
}
