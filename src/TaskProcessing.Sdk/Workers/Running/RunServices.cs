using Microsoft.Extensions.Logging;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>What all runs of a worker share.</summary>
internal sealed record RunServices(
    IWorkSource Source,
    WorkerOptions Options,
    ServerContact Contact,
    ResultSender Results,
    ClaimJournal Journal,
    ILogger Logger,
    TimeProvider Time
);
