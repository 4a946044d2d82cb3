using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether contents of files can be stored, and a sample of those that must be there is.</summary>
internal sealed class ContentCheck : DatabaseCheck
{
    private const int Sample = 100;

    public override string Name => "blobs";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var report = await services.GetRequiredService<SampleContents>().RunAsync(Sample, cancellationToken);
        if (report.Wrong.Count == 0)
            return [Finding.Ok($"{report.Location} takes contents; all {report.Looked} that were looked for are there")];

        return
        [
            Finding.Failed(
                $"{report.Wrong.Count} of {report.Looked} contents that were looked for are missing in {report.Location}, or too short, "
                    + $"such as {report.Wrong[0]}",
                report.Wrong.Count == report.Looked
                    ? "see whether Files names the right folder or bucket, and whether it is mounted"
                    : "\"taskprocessing file check\" names all of them; restore them from a backup"
            ),
        ];
    }
}
