using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Commands;

/// <summary>A wrong configuration stops the start, and all mistakes are named at once.</summary>
public sealed class CommandProblemsTests
{
    [Theory]
    [InlineData("TaskType=core:text2txt", "TaskType names no task type: \"core:text2txt\"")]
    [InlineData("Program=", "Providers:Commands:bad:Program")]
    [InlineData("Arguments:0={input.input}", "Arguments:0 begins with {input.input}, whose value could be taken for an option")]
    [InlineData("Arguments:0=--x={input.other}", "Arguments:0 has {input.other}, which names no slot of the input")]
    [InlineData("Arguments:0=--x={output.other}", "Arguments:0 has {output.other}, which names no slot of the output")]
    [InlineData("Arguments:0={output}", "Arguments:0 has {output}, which names no slot")]
    [InlineData("Arguments:0={directory.x}", "Arguments:0 has {directory.x}, which names a slot")]
    [InlineData(
        "TaskType=core:image2text:ocr,Arguments:0=--files={input.input}",
        "Arguments:0 has {input.input} beside other text, though it stands for a list"
    )]
    [InlineData("StandardInput={output.output}", "StandardInput has {output.output}, which only arguments may have")]
    [InlineData("StandardOutput=Ignored", "Arguments must have {output.output}")]
    [InlineData("TaskType=core:text2speech", "Arguments must have {output.speech}")]
    [InlineData(
        "TaskType=core:audio2audio:chat,Arguments:0={output.output}",
        "OutputSlot must say which slot standard output is: input_transcript, output_transcript"
    )]
    [InlineData("TaskType=pipeline:ocr", "StandardOutput must be Json, as the task type has no slots of its own")]
    [InlineData("OutputSlot=other", "OutputSlot names no slot of the output that can hold a text")]
    [InlineData("OutputNames:output=a.txt", "OutputNames:output names no slot that an argument has")]
    [InlineData("Arguments:0={output.output},OutputNames:output=../a", "OutputNames:output must be a file name without a folder")]
    [InlineData("OptionalInput:0:Key=input", "OptionalInput has the slot \"input\", which is there already")]
    [InlineData("OptionalInput:0:Key=tone,OptionalInput:0:Type=Enum", "Choices:tone is missing")]
    [InlineData("TaskType=core:text2text:changetone", "Choices:tone is missing")]
    [InlineData("Choices:input:0:Value=x", "Choices:input names no Enum slot")]
    [InlineData("Defaults:other=x", "Defaults:other names no slot of the input")]
    [InlineData("OptionalInput:0:Key=n,OptionalInput:0:Type=Number,Defaults:n=many", "Defaults:n must be a number")]
    [InlineData("Progress=[", "Progress is no pattern that can be used")]
    [InlineData("Progress=[0-9]+", "Progress needs a group")]
    [InlineData("Accepts:input:0=image/png", "Accepts:input names no file slot of the input")]
    [InlineData(
        "TaskType=core:image2text:ocr,Accepts:input:0=png",
        "Accepts:input has \"png\", which is no media type such as image/png or image/*"
    )]
    [InlineData("MaxMemoryBytes=-1", "Providers:Commands:bad:MaxMemoryBytes")]
    [InlineData("TimeLimitSeconds=0", "Providers:Commands:bad:TimeLimitSeconds")]
    public async Task A_wrong_command_is_refused(string settings, string problem)
    {
        var result = await StartAsync(settings);

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain(problem);
    }

    [Fact]
    public async Task All_problems_are_named_at_once()
    {
        var result = await StartAsync("Program=,Arguments:0={input.input},Arguments:1={input.other},Concurrency=0,Progress=(");

        result.Error.Should().ContainAll("5 settings", "bad:Program", "Arguments:0", "Arguments:1", "Concurrency", "Progress");
    }

    private static Task<CommandResult> StartAsync(string settings)
    {
        var all = new Dictionary<string, string> { ["TaskType"] = "core:text2text", ["Program"] = "cat" };
        foreach (var setting in settings.Split(',').Select(setting => setting.Split('=', 2)))
            all[setting[0]] = setting[1];
        return new CommandLineDriver(new TemporaryFolder().Path).RunAsync([
            "migrate",
            .. all.Select(setting => $"--Providers:Commands:bad:{setting.Key}={setting.Value}"),
        ]);
    }
}
