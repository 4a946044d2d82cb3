namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>The kernel's limits for each process of a program, where <see cref="LimitedStart"/> can set them.</summary>
/// <param name="MemoryBytes">Private memory; null for no limit.</param>
/// <param name="ProcessorSeconds">Processor time, of all its threads together.</param>
/// <param name="FileBytes">The largest file that it may write.</param>
internal sealed record ProgramLimits(long? MemoryBytes, long ProcessorSeconds, long FileBytes);
