using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>The limits that configured and ready-made programs have alike.</summary>
internal abstract class ProgramLimitOptions
{
    /// <summary>After how many seconds a program is killed and its task fails. Default 600.</summary>
    [Range(1, 31_536_000)]
    public int TimeLimitSeconds { get; set; } = 600;

    /// <summary>
    /// The memory limit in bytes for each process of a program (RLIMIT_DATA); 0 for none. Default
    /// <see cref="StandardMemoryBytes"/>, where it can be limited.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long? MaxMemoryBytes { get; set; }

    /// <summary>
    /// The limit of processor time in seconds for each process of a program (RLIMIT_CPU). Default
    /// <see cref="TimeLimitSeconds"/> on every processor. It also ends a process that escaped from being killed, so there
    /// is always a limit.
    /// </summary>
    [Range(1, 31_536_000)]
    public int? MaxProcessorSeconds { get; set; }

    /// <summary>The largest file that a program may write, in bytes (RLIMIT_FSIZE). Default 1 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; set; } = 1024 * 1024 * 1024;

    protected abstract long StandardMemoryBytes { get; }

    public ProgramLimits Limits() =>
        new(
            MaxMemoryBytes switch
            {
                null => StandardMemoryBytes,
                0 => null,
                var bytes => bytes,
            },
            MaxProcessorSeconds ?? (long)TimeLimitSeconds * Environment.ProcessorCount,
            MaxFileBytes
        );
}
