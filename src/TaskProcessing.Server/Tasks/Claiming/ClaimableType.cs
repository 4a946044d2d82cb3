namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>A type that a worker may claim.</summary>
/// <param name="Type">The task type's id.</param>
/// <param name="ProviderId">The provider that its tasks are handed out for.</param>
/// <param name="LeaseSeconds">The time that the worker may be silent.</param>
internal readonly record struct ClaimableType(string Type, string ProviderId, int LeaseSeconds);
