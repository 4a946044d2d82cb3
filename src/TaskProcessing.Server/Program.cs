using TaskProcessing.Server.Cli;

return await CommandLine.RunAsync(args, new CommandStreams(Console.In, Console.Out, Console.Error), CancellationToken.None);
