using System.CommandLine;

namespace TaskProcessing.Server.Cli;

/// <summary>
/// A secret that is given as an option or, so that neither the process list nor the shell's history shows it, as the
/// first line of standard input.
/// </summary>
internal sealed class SecretOption
{
    private readonly Option<string?> _given;
    private readonly Option<bool> _fromInput;

    public SecretOption(string name, string description)
    {
        _given = new($"--{name}") { Description = description, HelpName = name.ToUpperInvariant() };
        _fromInput = new($"--{name}-stdin") { Description = $"Read the {name} from the first line of standard input." };
    }

    /// <summary>Makes the command ask for exactly one of the two.</summary>
    public void AddTo(Command command)
    {
        command.Add(_given);
        command.Add(_fromInput);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_given) is null != result.GetValue(_fromInput))
                result.AddError($"Give either {_given.Name} or {_fromInput.Name}.");
        });
    }

    public string Read(ParseResult parsed, CommandStreams streams) =>
        parsed.GetValue(_fromInput) ? streams.In.ReadLine() ?? "" : parsed.GetValue(_given) ?? "";
}
