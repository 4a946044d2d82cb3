using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Client;

/// <summary>A piece of an output text that grows while its task runs.</summary>
/// <param name="Text">The addition, or the whole text when it began anew.</param>
/// <param name="IsRestart">
/// True when the text began anew, so that earlier pieces are void: the worker replaced its output, or another worker
/// began again.
/// </param>
/// <param name="Task">The task at that moment; in the last piece, which may be empty, as it ended.</param>
public sealed record TextPiece(string Text, bool IsRestart, ProtocolTask Task);
