using System.ComponentModel.DataAnnotations;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Providers.Commands;

/// <summary>
/// Section <c>Providers:Commands:{name}</c>: a program of this machine that serves a task type. It is started without a
/// shell, in a directory of its own, with an environment of its own.
/// </summary>
internal sealed class CommandOptions : ProgramLimitOptions
{
    /// <summary>The id of the task type: a built-in one, or one of <c>TaskTypes:Custom</c>.</summary>
    [Required]
    public string TaskType { get; set; } = "";

    /// <summary>The provider's name for administrators. Default the name of the section.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// The program: a path, or a name in the server's PATH. The provider is not offered while the program is missing.
    /// </summary>
    [Required]
    public string Program { get; set; } = "";

    /// <summary>
    /// Its arguments, one by one, with placeholders: <c>{input.KEY}</c> a slot's value, for a file the path of a copy;
    /// <c>{output.KEY}</c> the path to which the program writes a slot's value; <c>{input}</c> the whole input as JSON;
    /// <c>{directory}</c> the run's directory.
    /// </summary>
    public List<string> Arguments { get; set; } = [];

    /// <summary>
    /// The text of standard input, with the same placeholders; only <c>{input.KEY}</c> of a file slot stands for the
    /// content of the file. Default none.
    /// </summary>
    public string? StandardInput { get; set; }

    /// <summary>
    /// The meaning of standard output: <c>Text</c> for one slot, <c>Json</c> for all, or <c>Ignored</c>. Default Text.
    /// </summary>
    public StandardOutputKind StandardOutput { get; set; } = StandardOutputKind.Text;

    /// <summary>The output slot that gets the text of standard output. Default the one that no <c>{output.KEY}</c> names.</summary>
    public string? OutputSlot { get; set; }

    /// <summary>The file names behind <c>{output.KEY}</c>, by slot key, for programs that go by the ending. Default the key.</summary>
    public Dictionary<string, string> OutputNames { get; set; } = [];

    /// <summary>
    /// The media types that an input slot accepts, by slot key, such as <c>image/png</c> or <c>audio/*</c>. The first
    /// bytes of a file decide, not its name. A file of another type fails the task before the program sees it. Default
    /// any.
    /// </summary>
    public Dictionary<string, List<string>> Accepts { get; set; } = [];

    /// <summary>Input slots that a task may leave out. An argument whose slot is left out is left out too.</summary>
    public List<ConfiguredSlot> OptionalInput { get; set; } = [];

    /// <summary>Output slots that the program may leave out.</summary>
    public List<ConfiguredSlot> OptionalOutput { get; set; } = [];

    /// <summary>The choices of Enum input slots, by slot key.</summary>
    public Dictionary<string, List<CommandChoice>> Choices { get; set; } = [];

    /// <summary>Values of input slots that a task leaves out, by slot key: texts, numbers or choices.</summary>
    public Dictionary<string, string> Defaults { get; set; } = [];

    /// <summary>
    /// The variables of the program's environment besides PATH, HOME, TMPDIR and LANG. The server's own variables are not
    /// passed on.
    /// </summary>
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>
    /// A regular expression for lines of standard output or error with progress: its first group is a percentage, or its
    /// groups are <c>done</c> and <c>total</c>. Such lines are no output. Default none.
    /// </summary>
    public string? Progress { get; set; }

    /// <summary>The usual duration of a task in seconds. Default 30.</summary>
    [Range(1, int.MaxValue)]
    public int ExpectedSeconds { get; set; } = 30;

    /// <summary>The limit of standard output in bytes. Default 10 MiB.</summary>
    [Range(1, int.MaxValue)]
    public int MaxOutputBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>The number of tasks that may run at the same time. Default 1.</summary>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 1;

    protected override long StandardMemoryBytes => 4L * 1024 * 1024 * 1024;
}

/// <summary>A choice of an Enum slot.</summary>
internal sealed class CommandChoice
{
    /// <summary>The value in a task's input, which the program gets.</summary>
    public string Value { get; set; } = "";

    /// <summary>The label shown to people. Default the value.</summary>
    public string? Name { get; set; }
}

/// <summary>The meaning of a program's standard output.</summary>
internal enum StandardOutputKind
{
    /// <summary>The value of one slot; for a list slot one value a line.</summary>
    Text,

    /// <summary>A JSON object of slots; a file slot holds a path within the run's directory.</summary>
    Json,

    /// <summary>Standard output is ignored.</summary>
    Ignored,
}
