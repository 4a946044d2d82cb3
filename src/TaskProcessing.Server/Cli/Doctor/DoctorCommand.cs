using System.CommandLine;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Cli.Doctor.Checks;

namespace TaskProcessing.Server.Cli.Doctor;

/// <summary><c>doctor</c>: looks at an installation from all sides, also at one that cannot start.</summary>
internal static class DoctorCommand
{
    /// <summary>How long each check may take; all run at the same time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly IReadOnlyList<DoctorCheck> Checks =
    [
        new ConfigurationCheck(),
        new StoreCheck(),
        new MigrationCheck(),
        new ClockCheck(),
        new DiskCheck(),
        new ContentCheck(),
        new AppCheck(),
        new NextcloudCheck(),
        new EndpointCheck(),
        new ProgramCheck(),
        new PortCheck(),
        new CertificateCheck(),
        new ProxyCheck(),
    ];

    public static Command Create(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command(
            "doctor",
            "Checks settings, database, disk, providers, ports and more, and says what to do; exit code 0 when nothing failed."
        )
        {
            json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(host, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, bool json, CancellationToken cancellationToken)
    {
        await using var patient = Patient.Of(host.Settings);
        var mask = new SecretMask(patient.Configuration);
        var results = await Task.WhenAll(Checks.Select(check => RunAsync(check, patient, cancellationToken)));
        var lines = Checks
            .Zip(results)
            .SelectMany(pair => pair.Second.Select(finding => (Check: pair.First.Name, Finding: mask.Of(finding))))
            .ToList();
        if (json)
            host.Streams.WriteJson(
                lines.Select(line => new
                {
                    line.Check,
                    Condition = Word(line.Finding),
                    line.Finding.Text,
                    line.Finding.Advice,
                })
            );
        else
            Write(host.Streams.Out, lines);
        return lines.Any(line => line.Finding.Condition == Condition.Failed) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Write(TextWriter output, List<(string Check, Finding Finding)> lines)
    {
        var width = Checks.Max(check => check.Name.Length);
        foreach (var (check, finding) in lines)
        {
            output.WriteLine($"{Word(finding).PadRight(7)}  {check.PadRight(width)}  {Table.Printable(finding.Text)}");
            if (finding.Advice is { } advice)
                output.WriteLine($"{"".PadRight(7 + 2 + width)}  → {Table.Printable(advice)}");
        }

        var failed = lines.Count(line => line.Finding.Condition == Condition.Failed);
        var warnings = lines.Count(line => line.Finding.Condition == Condition.Warning);
        output.WriteLine($"{lines.Count} findings: {failed} failed, {warnings} to be looked at");
    }

    private static string Word(Finding finding) => finding.Condition.ToString().ToLowerInvariant();

    /// <summary>Nothing that a check meets, and no time that something takes, keeps the others from being told.</summary>
    private static async Task<IReadOnlyList<Finding>> RunAsync(DoctorCheck check, Patient patient, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            // Some calls block: SQLite's, and those into a network file system.
            return await Task.Run(() => check.RunAsync(patient, limit.Token), CancellationToken.None).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Failed($"no answer within {Limit.TotalSeconds:0} seconds", "see whether what it waits for hangs")];
        }
        catch (OptionsValidationException)
        {
            return [Finding.NotChecked("its settings are wrong")];
        }
        catch (InvalidOperationException) when (patient.Problems.Count > 0)
        {
            // Options with a value that cannot be read.
            return [Finding.NotChecked("its settings are wrong")];
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return [Finding.Failed(error.Message.Split('\n')[0].TrimEnd('\r', '.', ' '), "see to that, and ask again")];
        }
    }
}
