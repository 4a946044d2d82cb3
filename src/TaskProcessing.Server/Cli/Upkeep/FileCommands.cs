using System.CommandLine;
using System.Globalization;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>file</c>: whether the catalogue of files and their contents agree.</summary>
internal static class FileCommands
{
    /// <summary>The number of keys of each kind that are shown without <c>--all</c>.</summary>
    private const int Shown = 20;

    public static Command Create(CommandHost host) => new("file", "Checks file contents.") { Check(host) };

    private static Command Check(CommandHost host)
    {
        var repair = new Option<bool>("--repair") { Description = "Remove contents without a file, and files without their content." };
        var all = new Option<bool>("--all") { Description = "Name all contents that something is wrong with, not only the first ones." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("check", "Compares the catalogue of files with the stored contents; exit code 0 when they agree.")
        {
            repair,
            all,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var report = await services.GetRequiredService<CheckFiles>().RunAsync(parsed.GetValue(repair), cancellationToken);
                        if (parsed.GetValue(json))
                            host.Streams.WriteJson(report);
                        else
                            Write(host.Streams.Out, report, parsed.GetValue(all) ? int.MaxValue : Shown);

                        return report.IsGood || (report.Repaired && report.Damaged.Count == 0) ? ExitCode.Ok : ExitCode.Failed;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static void Write(TextWriter output, FileCheckReport report, int shown)
    {
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{report.Contents} contents of {report.Bytes} bytes in {report.Location}")
        );
        WriteKeys(output, "belong to no file", report.Stray, shown);
        WriteKeys(output, "are missing", report.Lost, shown);
        WriteKeys(output, "have another length than their files", report.Damaged, shown);
        if (report.LooksWrong)
            output.WriteLine("None of the contents of all files is there: is this the right place? Nothing was removed.");
        else if (report.Repaired)
            output.WriteLine($"Removed {report.Stray.Count} contents and {report.FilesRemoved} files.");
        else if (report.IsGood)
            output.WriteLine("Catalogue and contents agree.");
    }

    private static void WriteKeys(TextWriter output, string what, IReadOnlyList<string> keys, int shown)
    {
        if (keys.Count == 0)
            return;

        output.WriteLine($"{keys.Count} {what}:");
        foreach (var key in keys.Take(shown))
            output.WriteLine($"  {key}");
        if (keys.Count > shown)
            output.WriteLine($"  and {keys.Count - shown} more");
    }
}
