using Xunit.Runner.InProc.SystemConsole;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>Runs the tests, or, for tests that kill a worker, the worker.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not [SlowWorker.Argument])
            return await ConsoleRunner.Run(args);

        await SlowWorker.RunAsync();
        return 0;
    }
}
