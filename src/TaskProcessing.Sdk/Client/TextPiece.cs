using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Client;

/// <summary>A piece of an output text that grows while its task runs.</summary>
/// <param name="Text">What was added, or the whole text when it began anew.</param>
/// <param name="IsRestart">Whether the text began anew, so that what came before is void: the worker changed its mind, or another one began again.</param>
/// <param name="Task">The task at that moment; in the last piece, which may be empty, as it ended.</param>
public sealed record TextPiece(string Text, bool IsRestart, ProtocolTask Task);
