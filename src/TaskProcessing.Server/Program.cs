using TaskProcessing.Server;
using TaskProcessing.Server.Cli;

PrivateFiles.Begin();
return await CommandLine.RunAsync(args, new CommandStreams(Console.In, Console.Out, Console.Error), CancellationToken.None);
