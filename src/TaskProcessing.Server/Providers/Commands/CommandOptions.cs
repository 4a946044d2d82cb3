using System.ComponentModel.DataAnnotations;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Commands;

/// <summary>
/// Section <c>Providers:Commands:{name}</c>: a program of this machine that serves a task type. It is started without a
/// shell, in a directory of its own, with an environment of its own.
/// </summary>
internal sealed class CommandOptions
{
    /// <summary>The id of the task type: a built-in one, or one of <c>TaskTypes:Custom</c>.</summary>
    [Required]
    public string TaskType { get; set; } = "";

    /// <summary>The provider's name for administrators. Default the name of the section.</summary>
    public string? Name { get; set; }

    /// <summary>The program: a path, or a name that is looked for in the server's PATH. While it is missing the provider is not offered.</summary>
    [Required]
    public string Program { get; set; } = "";

    /// <summary>
    /// Its arguments, one by one, with placeholders: <c>{input.KEY}</c> a slot's value, for a file the path of a copy;
    /// <c>{output.KEY}</c> the path at which the program shall leave a slot's value; <c>{input}</c> the whole input as
    /// JSON; <c>{directory}</c> the run's directory.
    /// </summary>
    public List<string> Arguments { get; set; } = [];

    /// <summary>What the program reads, with the same placeholders; only <c>{input.KEY}</c> of a file slot stands for the content of the file. Default nothing.</summary>
    public string? StandardInput { get; set; }

    /// <summary>What standard output is: <c>Text</c> for one slot, <c>Json</c> for all, or <c>Ignored</c>. Default Text.</summary>
    public StandardOutputKind StandardOutput { get; set; } = StandardOutputKind.Text;

    /// <summary>The output slot that gets the text of standard output. Default the one that no <c>{output.KEY}</c> names.</summary>
    public string? OutputSlot { get; set; }

    /// <summary>The file names behind <c>{output.KEY}</c>, by slot key, for programs that go by the ending. Default the key.</summary>
    public Dictionary<string, string> OutputNames { get; set; } = [];

    /// <summary>Input slots that a task may leave out. An argument whose slot is left out is left out too.</summary>
    public List<ConfiguredSlot> OptionalInput { get; set; } = [];

    /// <summary>Output slots that the program may leave out.</summary>
    public List<ConfiguredSlot> OptionalOutput { get; set; } = [];

    /// <summary>The choices of Enum input slots, by slot key.</summary>
    public Dictionary<string, List<CommandChoice>> Choices { get; set; } = [];

    /// <summary>Values of input slots that a task leaves out, by slot key: texts, numbers or choices.</summary>
    public Dictionary<string, string> Defaults { get; set; } = [];

    /// <summary>What the program's environment holds besides PATH, HOME, TMPDIR and LANG. Nothing of the server's own environment is passed on.</summary>
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>
    /// A regular expression for lines of standard output or error that tell progress: its first group in percent, or its
    /// groups <c>done</c> and <c>total</c>. Such lines are no output. Default none.
    /// </summary>
    public string? Progress { get; set; }

    /// <summary>How many seconds a task usually takes. Default 30.</summary>
    [Range(1, int.MaxValue)]
    public int ExpectedSeconds { get; set; } = 30;

    /// <summary>After how many seconds the program is killed and the task fails. Default 600.</summary>
    [Range(1, 31_536_000)]
    public int TimeLimitSeconds { get; set; } = 600;

    /// <summary>How many bytes of memory each process of the program may have of its own (RLIMIT_DATA, set by prlimit). Default any number.</summary>
    [Range(1_048_576, long.MaxValue)]
    public long? MaxMemoryBytes { get; set; }

    /// <summary>How many bytes of standard output there may be. Default 10 MiB.</summary>
    [Range(1, int.MaxValue)]
    public int MaxOutputBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>How large a file the program may write, in bytes (RLIMIT_FSIZE, set by prlimit where that is installed). Default 1 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; set; } = 1024 * 1024 * 1024;

    /// <summary>How many tasks may run at the same time. Default 1.</summary>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 1;
}

/// <summary>A choice of an Enum slot.</summary>
internal sealed class CommandChoice
{
    /// <summary>What a task's input holds and the program gets.</summary>
    public string Value { get; set; } = "";

    /// <summary>The label shown to people. Default the value.</summary>
    public string? Name { get; set; }
}

/// <summary>What a program's standard output is.</summary>
internal enum StandardOutputKind
{
    /// <summary>The value of one slot; for a list slot one value a line.</summary>
    Text,

    /// <summary>A JSON object of slots; a file slot holds a path within the run's directory.</summary>
    Json,

    /// <summary>Nothing that matters.</summary>
    Ignored,
}
