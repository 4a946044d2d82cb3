using System.Text.Encodings.Web;
using System.Text.Json;

namespace TaskProcessing.Server.Cli;

/// <summary>The streams of a command: results go to <see cref="Out"/>, errors to <see cref="Error"/>.</summary>
internal sealed record CommandStreams(TextReader In, TextWriter Out, TextWriter Error)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // It goes to a terminal or a program, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Prints the error; answers the exit code for it.</summary>
    public int Fail(string problem)
    {
        Error.WriteLine($"taskprocessing: {problem}");
        return ExitCode.Failed;
    }

    /// <summary>Prints a problem that does not stop the command.</summary>
    public void Warn(string problem) => Error.WriteLine($"taskprocessing: warning: {problem}");

    public int Print(string sentence)
    {
        Out.WriteLine(sentence);
        return ExitCode.Ok;
    }

    public int WriteJson(object value)
    {
        Out.WriteLine(JsonSerializer.Serialize(value, Json));
        return ExitCode.Ok;
    }
}
