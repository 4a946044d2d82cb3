using System.Text.Encodings.Web;
using System.Text.Json;

namespace TaskProcessing.Server.Cli;

/// <summary>What a command reads and writes: results go to <see cref="Out"/>, what went wrong to <see cref="Error"/>.</summary>
internal sealed record CommandStreams(TextReader In, TextWriter Out, TextWriter Error)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // It goes to a terminal or a program, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Says what went wrong; answers the exit code for it.</summary>
    public int Fail(string problem)
    {
        Error.WriteLine($"taskprocessing: {problem}");
        return ExitCode.Failed;
    }

    public int Say(string sentence)
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

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command was understood, but failed, or what it was about does not exist.</summary>
    public const int Failed = 1;

    /// <summary>The command was not understood.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl+C, as shells count it.</summary>
    public const int Interrupted = 130;
}
