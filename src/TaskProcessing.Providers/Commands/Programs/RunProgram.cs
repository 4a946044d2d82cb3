using System.ComponentModel;
using System.Diagnostics;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>
/// Runs a program to its end, without a shell. After any end of the run no process of it is left, not even one that hid
/// from its parents.
/// </summary>
internal sealed partial class RunProgram(TimeProvider time)
{
    /// <summary>Linux takes no longer single argument (MAX_ARG_STRLEN).</summary>
    private const int MaxArgumentBytes = 128 * 1024 - 1;

    private const int MaxMessageLength = 500;

    /// <summary>The messages of programs that got no more memory: cannot allocate memory, std::bad_alloc, MemoryError.</summary>
    private static readonly string[] MemoryWords = ["memory", "alloc"];

    // Linux's numbers of SIGXCPU and SIGXFSZ.
    private const int TooMuchWork = 24;
    private const int FileTooLarge = 25;

    /// <summary>The time to wait for the end of the output after all its writers have ended.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly LimitedStart _limitedStart = LimitedStart.Find();

    /// <summary>True when programs have limits on this machine.</summary>
    public bool CanLimit => _limitedStart.IsPossible;

    /// <returns>The program's standard output.</returns>
    /// <exception cref="TaskFailedException">It could not be started, took too long, wrote too much, or ended with an error.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the program was killed.</exception>
    public async Task<string> RunAsync(ProgramCall call, ILogger logger, CancellationToken cancellationToken)
    {
        using var timeOut = new CancellationTokenSource(call.TimeLimit, time);
        using var tooLong = new CancellationTokenSource();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeOut.Token, tooLong.Token);
        using var output = new ProgramOutput(call.MaxOutputBytes, call.OnLine);
        using var errors = new ProgramOutput(maxBytes: 0, call.OnLine);

        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(call);
        Log.Started(logger, call.Name, process.Id);
        var pipes = Task.WhenAll(
            output.ReadAsync(process.StandardOutput.BaseStream, tooLong.Cancel),
            errors.ReadAsync(process.StandardError.BaseStream, () => { }),
            WriteAsync(process, call.Input, ends.Token)
        );
        try
        {
            await process.WaitForExitAsync(ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            ProcessTree.Kill(process, call.Directory);
            await process.WaitForExitAsync(CancellationToken.None);
            await pipes.EndsWithinAsync(CloseTimeout, time, CancellationToken.None);
        }

        if (errors.Tail.Length > 0)
            Log.Errors(logger, call.Name, errors.Tail);
        cancellationToken.ThrowIfCancellationRequested();
        if (timeOut.IsCancellationRequested)
            throw new TaskFailedException(
                $"{call.Name} was killed after {call.TimeLimit.TotalSeconds:0} seconds.{Said(errors)}",
                "The task took too long."
            );
        if (output.IsTooLong)
            throw new TaskFailedException(
                $"{call.Name} wrote more than {call.MaxOutputBytes} bytes.{Said(errors)}",
                "The result is too long."
            );
        if (process.ExitCode != 0)
            throw new TaskFailedException(
                $"{call.Name} ended with {Code(process.ExitCode, call, errors.Tail)}.{Said(errors)}",
                Words(process.ExitCode)
            );

        return output.Text;
    }

    private Process Start(ProgramCall call)
    {
        if (call.Arguments.FirstOrDefault(argument => argument.Contains('\0', StringComparison.Ordinal)) is not null)
            throw new TaskFailedException("A NUL character cannot be part of an argument.");
        if (call.Arguments.Any(argument => System.Text.Encoding.UTF8.GetByteCount(argument) > MaxArgumentBytes))
            throw new TaskFailedException($"The input is too long to be an argument of {call.Name}.", "The text is too long.");

        var line = _limitedStart.Line(call.Program, call.Arguments, call.Limits);
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            WorkingDirectory = call.Directory.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // None of the server's own variables: there may be passwords in them.
        start.Environment.Clear();
        start.Environment["PATH"] = System.Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = start.Environment["TMPDIR"] = call.Directory.Path;
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in call.Environment)
            start.Environment[name] = value;
        start.Environment[ProcessTree.MarkName] = call.Directory.Path;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new TaskFailedException($"{call.Name} could not be started: {error.Message}", innerException: error);
        }
    }

    private static async Task WriteAsync(Process process, Stream? input, CancellationToken cancellationToken)
    {
        try
        {
            await using var pipe = process.StandardInput.BaseStream;
            if (input is not null)
                await input.CopyToAsync(pipe, cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It reads no more, or has ended.
        }
    }

    private static string Code(int code, ProgramCall call, string said) =>
        (code - 128) switch
        {
            9 => "signal 9 (killed, perhaps for want of memory)",
            FileTooLarge => $"signal 25: it wrote a file of more than {call.Limits.FileBytes} bytes",
            TooMuchWork => $"signal 24: it used more than {call.Limits.ProcessorSeconds} seconds of processor time",
            > 0 and < 65 and var signal => $"signal {signal}{Limit(call)}",
            _ when MemoryWords.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase)) => $"exit code {code}{Limit(call)}",
            _ => $"exit code {code}",
        };

    /// <summary>The message for users about a limit that the program reached; null when the cause may be another.</summary>
    private static string? Words(int code) =>
        (code - 128) switch
        {
            FileTooLarge => "The result is too long.",
            TooMuchWork => "The task took too long.",
            _ => null,
        };

    private static string Limit(ProgramCall call) =>
        call.Limits.MemoryBytes is { } memory ? $" (its memory is limited to {memory} bytes)" : "";

    private static string Said(ProgramOutput errors) =>
        errors.Tail switch
        {
            "" => "",
            { Length: > MaxMessageLength } tail => $" It wrote: …{tail[^MaxMessageLength..]}",
            var tail => $" It wrote: {tail}",
        };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Started {Program} as process {ProcessId}")]
        public static partial void Started(ILogger logger, string program, int processId);

        [LoggerMessage(LogLevel.Information, "{Program} wrote to standard error: {Errors}")]
        public static partial void Errors(ILogger logger, string program, string errors);
    }
}
