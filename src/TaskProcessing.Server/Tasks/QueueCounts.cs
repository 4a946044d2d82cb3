namespace TaskProcessing.Server.Tasks;

/// <summary>The number of waiting tasks, delayed ones included, and of running tasks.</summary>
internal readonly record struct QueueCounts(int Scheduled, int Running);
