namespace TaskProcessing.Server.Primitives;

/// <summary>A row was not written, because the account, the app or the task that it belongs to has been removed meanwhile.</summary>
internal sealed class MissingOwnerException(Exception innerException) : Exception("What it belongs to has been removed.", innerException);
