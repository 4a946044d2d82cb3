using TaskProcessing.Server;

await ServerBuilder.Create(args).AddTaskProcessing().AddServing().Build().UseTaskProcessing().RunAsync();
