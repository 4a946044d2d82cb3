using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Providers.Commands.Programs;

namespace TaskProcessing.Providers.Tests.Commands;

/// <summary>Servers on one machine share a folder for temporary files, and each removes what dead ones left there.</summary>
public sealed class RunDirectoriesTests
{
    private const int Starts = 500;

    [Fact]
    public async Task Servers_that_start_together_do_not_take_each_others_directories_for_abandoned()
    {
        using var over = new CancellationTokenSource();
        var cleaning = Task.Run(() =>
        {
            using var other = Directories();
            while (!over.IsCancellationRequested)
                other.RemoveAbandoned();
        });

        for (var start = 0; start < Starts; start++)
        {
            using var own = Directories();
            var run = own.Create();
            Directory.Exists(run.Path).Should().BeTrue("it is in use");
            var parent = Path.GetDirectoryName(run.Path)!;
            var isThere = File.Exists(Path.Combine(parent, "lock"));
            isThere.Should().BeTrue("its server holds it");
        }

        await over.CancelAsync();
        await cleaning;
    }

    private static RunDirectories Directories() => new(NullLogger<RunDirectories>.Instance);
}
